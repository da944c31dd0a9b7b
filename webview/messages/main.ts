import { html, render } from "lit";
import type { MessagesHostEvents, MessagesHostMethods, SerializedPanel } from "../../src/shared/protocol.ts";
import { Rpc } from "../../src/shared/rpc.ts";
import { messageOf } from "../../src/shared/userError.ts";
import { app } from "./app.ts";
import { filterKey } from "./filterLine.ts";
import { type HostRpc, Panel } from "./panel.ts";
import "./messages.css";

interface VsCodeApi {
  postMessage(message: unknown): void;
  setState(state: SerializedPanel): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

const vscode = acquireVsCodeApi();
const root = document.getElementById("root") as HTMLElement;

const rpc: HostRpc = new Rpc<object, MessagesHostMethods, object, MessagesHostEvents>(
  {
    post: (message) => vscode.postMessage(message),
    listen: (receive) => {
      const listener = (e: MessageEvent) => receive(e.data);
      window.addEventListener("message", listener);
      return () => window.removeEventListener("message", listener);
    },
  },
  {},
);

let panel: Panel | null = null;
let waiting = false;

/** However often something changes, it is drawn once a frame. */
function draw(): void {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    if (panel) render(app(panel), root);
  });
}

async function begin(): Promise<void> {
  try {
    const init = await rpc.call("init", []);
    panel = new Panel({ rpc, setState: (state) => vscode.setState(state) }, init, draw);
    window.addEventListener("keydown", filterKey);
    draw();
  } catch (error) {
    render(html`<div class="empty"><h2>The panel could not be opened</h2><p>${messageOf(error)}</p></div>`, root);
  }
}

void begin();
