import { type Disposable, Uri, workspace } from "vscode";
import type { Ctx } from "../context.ts";
import { Owner } from "../platform/disposables.ts";
import { logError } from "../platform/errors.ts";
import type { DecodeAs, TopicDecoding } from "../shared/decoding.ts";
import type { DecodingStore, KeptChoice, KeptDecoding } from "./decodingStore.ts";
import { type FileSchema, fileSchema } from "./schemaFiles.ts";

/**
 * How the topics of one panel's connection are to be understood, ready for the reader: schemas read from their files, and read again when these
 * are saved.
 */
export class TopicDecodings implements Disposable {
  readonly connectionId: string;
  private readonly ctx: Ctx;
  private readonly store: DecodingStore;
  private readonly owner = new Owner();
  private readonly push: (topic: string, decoding: TopicDecoding) => void;

  constructor(
    ctx: Ctx,
    connectionId: string,
    store: DecodingStore,
    push: (topic: string, decoding: TopicDecoding) => void,
  ) {
    this.ctx = ctx;
    this.connectionId = connectionId;
    this.store = store;
    this.push = push;
    this.owner.own(workspace.onDidSaveTextDocument(({ uri }) => void this.saved(uri)));
  }

  kept(topic: string): KeptDecoding {
    return this.store.get(this.connectionId, topic);
  }

  /** Of all topics for which something is chosen. */
  async all(): Promise<[topic: string, decoding: TopicDecoding][]> {
    return Promise.all(
      this.store
        .of(this.connectionId)
        .map(async ({ topic, decoding }): Promise<[string, TopicDecoding]> => [topic, await this.ready(decoding)]),
    );
  }

  /** Keeps a choice, and uses it. Rejects with a UserError when a schema's file cannot be used: then nothing is changed. */
  async choose(topic: string, part: "key" | "value", choice: KeptChoice): Promise<void> {
    if (choice.kind === "file") await fileSchema(Uri.parse(choice.uri), choice.message);
    if (choice.kind === "reader-file") await fileSchema(Uri.parse(choice.uri), null);
    const decoding = { ...this.kept(topic), [part]: choice };
    await this.store.set(this.connectionId, topic, decoding);
    this.push(topic, await this.ready(decoding));
  }

  dispose(): void {
    this.owner.dispose();
  }

  /** Any .proto may be imported by the one that was chosen. */
  private async saved(uri: Uri): Promise<void> {
    if (!/\.(avsc|proto|json)$/.test(uri.path)) return;
    for (const { topic, decoding } of this.store.of(this.connectionId)) {
      const uses = [decoding.key, decoding.value].some(
        (choice) =>
          (choice.kind === "file" || choice.kind === "reader-file") &&
          (choice.uri === uri.toString() || (uri.path.endsWith(".proto") && choice.uri.endsWith(".proto"))),
      );
      if (uses) this.push(topic, await this.ready(decoding));
    }
  }

  /** What is chosen for one part of a topic, with the schema's text. */
  one(topic: string, part: "key" | "value"): Promise<DecodeAs> {
    return this.readyChoice(this.kept(topic)[part]);
  }

  private async ready({ key, value }: KeptDecoding): Promise<TopicDecoding> {
    return { key: await this.readyChoice(key), value: await this.readyChoice(value) };
  }

  /** A file that cannot be used must not keep the messages from being read: each row says what is wrong with it. */
  private async readyChoice(choice: KeptChoice): Promise<DecodeAs> {
    if (choice.kind === "reader-version") {
      const { subject, version } = choice;
      return { kind: "reader", reader: { from: "registry", subject, version } };
    }
    if (choice.kind === "reader-file") {
      const { label, schema } = await this.schemaOf(choice.uri, null);
      return { kind: "reader", reader: { from: "file", label, schema } };
    }
    return choice.kind === "file" ? this.schemaOf(choice.uri, choice.message) : choice;
  }

  private async schemaOf(file: string, message: string | null): Promise<FileSchema> {
    const uri = Uri.parse(file);
    try {
      return await fileSchema(uri, message);
    } catch (error) {
      logError(this.ctx, error);
      const type = file.endsWith(".avsc") ? "AVRO" : file.endsWith(".json") ? "JSON" : "PROTOBUF";
      const label = workspace.asRelativePath(uri);
      return { kind: "schema", type, label, schema: "", references: [], message, compiled: false };
    }
  }
}
