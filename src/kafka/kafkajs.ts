/**
 * The one door to kafkajs (2.2.4, pinned: the project is frozen, so its insides can be relied on). We take its broker connection: socket
 * and TLS set-up, the SASL exchanges (PLAIN, SCRAM). What travels over it, and how answers are gathered, is ours: connection.ts.
 */
import KafkaJsConnection from "kafkajs/src/network/connection.js";

export { KafkaJsConnection };
export type KafkaJsConnectionOptions = ConstructorParameters<typeof KafkaJsConnection>[0];
export type KafkaJsExchange = Parameters<KafkaJsConnection["send"]>[0];
