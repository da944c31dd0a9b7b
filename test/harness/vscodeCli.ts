// node test/harness/vscodeCli.ts [light|dark|high-contrast]: builds nothing; opens the extension of this project (dist must be there)
// in a real VS Code in a headless browser, takes the screenshot out/screenshots/vscode.png, and stops.
// With --serve it starts only the server, prints the address for a browser of your own, and runs until Ctrl-C.
import { once } from "node:events";
import { temporaryFolder } from "./process.ts";
import { openVSCode, projectFolder, type Theme } from "./vscode.ts";
import { startVSCodeServer } from "./vscodeServer.ts";

const argument = process.argv[2];
if (argument === "--serve") {
  const server = await startVSCodeServer();
  console.log(server.url(temporaryFolder("workspace").path, { extensionPath: projectFolder }));
  const alive = setInterval(() => {}, 60_000);
  await once(process, "SIGINT");
  await server.stop();
  clearInterval(alive);
} else {
  const code = await openVSCode({ extensionPath: projectFolder, theme: (argument as Theme | undefined) ?? "dark" });
  try {
    await code.openView("Kafka");
    console.log(await code.screenshot("vscode"));
    for (const problem of code.problems) console.log(`console: ${problem.text}`);
  } finally {
    await code.dispose();
  }
}
