/** What the in-host suite reports, a JSON object a line (test/vscode/index.ts writes, hostTests.ts reads). Times in milliseconds. */
export type HostTestEvent =
  | { type: "suite"; title: string; depth: number }
  | ({ type: "pass" | "skip" } & HostTest)
  | ({ type: "fail"; error: string } & HostTest)
  | { type: "end" }
  /** nothing could be run, or the run broke off */
  | { type: "crash"; error: string };

interface HostTest {
  title: string;
  depth: number;
  /** the bundled test file */
  file: string;
  ms: number;
}
