// The extension.ts of an extension that decodes what Acme's devices send: 8 bytes of time, then 4 of temperature, big-endian.
import { type ExtensionContext, extensions } from "vscode";
import type { KafkaWorkbenchApi } from "./kafka-workbench.d.ts";

export async function activate(context: ExtensionContext): Promise<void> {
  const workbench = extensions.getExtension<KafkaWorkbenchApi>("kafka-workbench.kafka-workbench");
  const api = await workbench?.activate();
  if (api?.version !== 1) return;
  context.subscriptions.push(
    api.registerDecoder({
      id: "acme.telemetry",
      label: "Acme telemetry",
      detail: "time and temperature",
      decode({ bytes }) {
        if (bytes.length !== 12) throw new Error(`telemetry has 12 bytes, and here are ${bytes.length}`);
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        const celsius = view.getInt32(8) / 100;
        return {
          // digits beyond 2^53 are kept by writing them out
          json: `{"at":${view.getBigInt64(0)},"celsius":${celsius}}`,
          problems: celsius < -273.15 ? ["colder than can be"] : [],
        };
      },
    }),
  );
}
