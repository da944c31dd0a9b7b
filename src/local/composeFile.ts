import { createHash } from "node:crypto";

/** What the settings decide about the local cluster. */
export interface LocalSettings {
  zookeeperImage: string;
  kafkaImage: string;
  /** the port on this machine where Kafka answers */
  port: number;
}

/**
 * The Compose file of a single-node ZooKeeper and Kafka for development. Written to be read and edited by people; each value is
 * there once for every place that needs it, without variables.
 *
 * @param chosen what goes into the services; its port may differ from the settings' when that one was taken
 * @param settings what the settings said, kept in the file so that a later change of the settings can be told from an edit
 */
export function composeText(chosen: LocalSettings, settings: LocalSettings = chosen): string {
  const body = services(chosen);
  return `${header(settings, checksum(body))}${body}`;
}

const header = (settings: LocalSettings, sum: string): string => `\
# A local Kafka for development: one ZooKeeper, one broker. Written by Kafka Workbench for Apache Kafka.
# Edit it as you like: from then on it is yours, and only changed settings (images, port) are brought in, at their place.
# ${settingsWord} ${JSON.stringify(settings)}
# ${checksumWord} ${sum}
`;

const settingsWord = "Settings at that time:";
const checksumWord = "Checksum of the rest, to notice edits:";

const services = ({ zookeeperImage, kafkaImage, port }: LocalSettings): string => `
services:
  zookeeper:
    image: ${yamlString(zookeeperImage)}
    environment:
      ZOOKEEPER_CLIENT_PORT: 2181
      ZOOKEEPER_TICK_TIME: 2000
      # or each health check would be a line of the log
      ZOOKEEPER_LOG4J_LOGGERS: org.apache.zookeeper.server.NIOServerCnxn=WARN
    volumes:
      - zookeeper-data:/var/lib/zookeeper/data
      - zookeeper-log:/var/lib/zookeeper/log
      # Nothing is kept here. The image declares it as a volume, and without a name each container would leave one behind.
      - zookeeper-secrets:/etc/zookeeper/secrets
    healthcheck:
      # srvr is the one four-letter word that ZooKeeper answers by default
      test: [CMD-SHELL, "echo srvr | nc localhost 2181 | grep -q ^Mode"]
      interval: 3s
      timeout: 5s
      retries: 40

  kafka:
    image: ${yamlString(kafkaImage)}
    # A broker that went down together with ZooKeeper stays on ZooKeeper's list until its session ends, and one that comes back
    # sooner ends with NodeExistsException. So it waits until ZooKeeper says that the entry is gone.
    command:
      - bash
      - -c
      - |
        trap 'exit 143' TERM
        until zookeeper-shell zookeeper:2181 get /brokers/ids/1 2>&1 | grep -q 'Node does not exist'; do
          echo "===> Waiting for ZooKeeper to forget the previous broker ..."
          sleep 1
        done
        exec /etc/confluent/docker/run
    depends_on:
      zookeeper:
        condition: service_healthy
    ports:
      # reachable from this machine only
      - "127.0.0.1:${port}:9092"
    environment:
      KAFKA_BROKER_ID: 1
      KAFKA_ZOOKEEPER_CONNECT: zookeeper:2181
      KAFKA_ZOOKEEPER_SESSION_TIMEOUT_MS: 6000
      # Two doors: containers in this file's network come in by kafka:19092, programs on this machine by localhost:${port}.
      KAFKA_LISTENERS: INTERNAL://0.0.0.0:19092,EXTERNAL://0.0.0.0:9092
      KAFKA_ADVERTISED_LISTENERS: INTERNAL://kafka:19092,EXTERNAL://localhost:${port}
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: INTERNAL:PLAINTEXT,EXTERNAL:PLAINTEXT
      KAFKA_INTER_BROKER_LISTENER_NAME: INTERNAL
      # one broker: nothing can be replicated
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: 1
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: 1
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: 1
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: 0
    volumes:
      - kafka-data:/var/lib/kafka/data
      - kafka-secrets:/etc/kafka/secrets
    healthcheck:
      # Asks the broker for metadata (Metadata request, version 1, no topics) and looks for the one broker in the answer. The
      # image's kafka-broker-api-versions would do as well, but starts a JVM each time.
      test:
        - CMD
        - bash
        - -c
        - |
          exec 3<>/dev/tcp/localhost/19092 &&
          printf '\\0\\0\\0\\16\\0\\3\\0\\1\\0\\0\\0\\1\\377\\377\\0\\0\\0\\0' >&3 &&
          timeout 4 head -c 12 <&3 | od -An -tx1 | grep -q '00 00 00 01 00 00 00 01$$'
      interval: 3s
      timeout: 5s
      retries: 40
    # a broker that is killed has its log to recover at the next start
    stop_grace_period: 30s

volumes:
  zookeeper-data:
  zookeeper-log:
  zookeeper-secrets:
  kafka-data:
  kafka-secrets:
`;

/** The settings that the file was written with, from its header; null when it has none (any more). */
export function settingsInHeader(text: string): LocalSettings | null {
  const json = headerValue(text, settingsWord);
  if (json === null) return null;
  try {
    const value = JSON.parse(json) as Partial<LocalSettings> | null;
    const { zookeeperImage, kafkaImage, port } = value ?? {};
    if (typeof zookeeperImage !== "string" || typeof kafkaImage !== "string" || typeof port !== "number") return null;
    return { zookeeperImage, kafkaImage, port };
  } catch {
    return null; // edited by hand
  }
}

/** Nobody changed the file since it was written, line ends aside. */
export function isUnedited(text: string): boolean {
  const unix = text.replaceAll("\r\n", "\n");
  const sum = headerValue(unix, checksumWord);
  const end = unix.indexOf("\n\n");
  return sum !== null && end >= 0 && checksum(unix.slice(end + 1)) === sum;
}

/** The text with another value in its settings line; unchanged when it has none. */
export function withSettingsInHeader(text: string, settings: LocalSettings): string {
  const line = new RegExp(`^# ${settingsWord}.*?(?=\\r?$)`, "m");
  return text.replace(line, () => `# ${settingsWord} ${JSON.stringify(settings)}`);
}

function headerValue(text: string, word: string): string | null {
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith(`# ${word}`)) return line.slice(word.length + 2).trim();
    if (!line.startsWith("#")) return null;
  }
  return null;
}

const checksum = (body: string): string => createHash("sha256").update(body).digest("hex").slice(0, 12);

/** Image names need quotes only when someone put something else into the setting. */
const yamlString = (text: string): string => (/^[a-z0-9][\w./:@-]*$/i.test(text) ? text : JSON.stringify(text));
