import { type Disposable, type OutputChannel, window } from "vscode";
import { isCancelled, messageOf } from "./shared/userError.ts";

type Follow = (onText: (text: string) => void, signal: AbortSignal) => Promise<void>;

/** The local cluster's logs in an output channel, followed while the containers run. */
export class LocalClusterLogs implements Disposable {
  private channel: OutputChannel | null = null;
  private following: AbortController | null = null;

  /** Shows the channel; starts to follow unless that is going on. */
  show(follow: Follow): void {
    this.channel ??= window.createOutputChannel("Local Kafka", "log");
    this.channel.show(true);
    if (this.following) return;
    this.channel.clear();
    void this.follow(follow, this.channel);
  }

  dispose(): void {
    this.following?.abort();
    this.channel?.dispose();
    this.channel = null;
  }

  private async follow(follow: Follow, channel: OutputChannel): Promise<void> {
    const abort = new AbortController();
    this.following = abort;
    let end = "The containers have stopped.";
    try {
      await follow((text) => {
        if (!abort.signal.aborted) channel.append(text);
      }, abort.signal);
    } catch (error) {
      if (isCancelled(error)) return;
      end = messageOf(error);
    } finally {
      this.following = null;
    }
    if (!abort.signal.aborted) channel.appendLine(`===> ${end}`);
  }
}
