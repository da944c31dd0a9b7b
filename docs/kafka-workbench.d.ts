/**
 * What Kafka Workbench gives to other extensions:
 *
 *     const workbench = extensions.getExtension<KafkaWorkbenchApi>("kafka-workbench.kafka-workbench");
 *     const api = await workbench?.activate();
 *     if (api?.version === 1) context.subscriptions.push(api.registerDecoder({ … }));
 */
export interface KafkaWorkbenchApi {
  /** changes only when something here changes that would break who uses it */
  readonly version: 1;
  /** Offers a decoder under "Decode as…" in the Messages panel, until what is returned is disposed. Throws when the id is taken. */
  registerDecoder(decoder: PayloadDecoder): { dispose(): void };
}

export interface PayloadDecoder {
  /** unique and lasting: a topic's choice is remembered by it. Such as "acme.telemetry". */
  readonly id: string;
  /** for people: "Acme telemetry" */
  readonly label: string;
  /** one line more, where the label is not enough */
  readonly detail?: string;
  /**
   * What a payload says. Called for each payload that is shown, so it should be fast; it is given two seconds. What it throws is shown as the
   * reason why the payload is not decoded, with its bytes: a sentence is best. The bytes are a copy.
   */
  decode(payload: PayloadToDecode): DecodedPayload | Promise<DecodedPayload>;
}

export interface PayloadToDecode {
  readonly bytes: Uint8Array;
  readonly topic: string;
  readonly part: "key" | "value";
}

/** `json` is JSON text, of which fields can be columns and filters can speak; `text` is any text. */
export type DecodedPayload = ({ readonly json: string } | { readonly text: string }) & {
  /** what is doubtful about it, a sentence each */
  readonly problems?: readonly string[];
};
