import type { Disposable, Webview } from "vscode";
import { type Events, type Local, type Port, Rpc } from "../shared/rpc.ts";

/**
 * The host's end of a webview's rpc. A webview that is hidden is thrown away and loads anew when it is shown, with numbers of calls that
 * begin again: so every page that says hello gets an Rpc of its own, and what the page before it asked is cancelled.
 */
export class WebviewRpc<M extends object, E extends Events> implements Disposable {
  private readonly webview: Webview;
  private readonly methods: Local<M>;
  private readonly listening: Disposable;
  private rpc: Rpc<M, object, E> | null = null;
  private receive: ((message: unknown) => void) | null = null;

  constructor(webview: Webview, methods: Local<M>) {
    this.webview = webview;
    this.methods = methods;
    this.listening = webview.onDidReceiveMessage((message: unknown) => {
      if (isHello(message)) this.open();
      this.receive?.(message);
    });
  }

  /** Goes to the page that is there; without one it is dropped, since a new page asks for everything anyway. */
  emit<K extends keyof E & string>(event: K, payload: E[K]): void {
    this.rpc?.emit(event, payload);
  }

  dispose(): void {
    this.listening.dispose();
    this.rpc?.dispose();
    this.rpc = null;
  }

  private open(): void {
    this.rpc?.dispose();
    const port: Port = {
      post: (message) => void this.webview.postMessage(message),
      listen: (receive) => {
        this.receive = receive;
        return () => {
          if (this.receive === receive) this.receive = null;
        };
      },
    };
    this.rpc = new Rpc<M, object, E>(port, this.methods);
  }
}

const isHello = (message: unknown): boolean =>
  typeof message === "object" &&
  message !== null &&
  "k" in message &&
  message.k === "ready" &&
  "ack" in message &&
  !message.ack;
