/** The parts of kafkajs 2.2.4's insides that kafkajs.ts uses; the package ships types of its public face only. */
declare module "kafkajs/src/network/connection.js" {
  import type { Socket } from "node:net";

  interface KafkaJsLogger {
    namespace(name: string): KafkaJsLogger;
    debug(message: string, extra?: object): void;
    info(message: string, extra?: object): void;
    warn(message: string, extra?: object): void;
    error(message: string, extra?: object): void;
  }

  interface KafkaJsExchange {
    request: { apiKey: number; apiVersion: number; apiName: string; encode(): Promise<{ buffer: Buffer }> };
    response: { decode(raw: Buffer): Promise<unknown>; parse(decoded: unknown): Promise<unknown> };
  }

  class Connection {
    constructor(options: {
      host: string;
      port: number;
      clientId: string;
      logger: KafkaJsLogger;
      socketFactory(options: { host: string; port: number; ssl: object | null; onConnect: () => void }): Socket;
      ssl: object | null;
      sasl: { mechanism: string; username: string; password: string } | null;
      /** ms */
      connectionTimeout: number;
      /** ms */
      requestTimeout: number;
      enforceRequestTimeout: boolean;
    });
    socket: Socket | undefined;
    /** set while a SASL exchange without Kafka's framing is under way (brokers before 1.0) */
    authHandlers: object | null;
    connect(): Promise<unknown>;
    disconnect(): Promise<unknown>;
    authenticate(): Promise<void>;
    isConnected(): boolean;
    setVersions(versions: Record<number, { minVersion: number; maxVersion: number }>): void;
    setSupportAuthenticationProtocol(supported: boolean): void;
    send(exchange: KafkaJsExchange): Promise<unknown>;
    processData(chunk: Buffer): void;
    rejectRequests(error: Error): void;
  }
  export = Connection;
}
