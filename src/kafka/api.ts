/** What the layers above know of a cluster: plain data, and the error model. Offsets and timestamps are bigint (Kafka's int64). */

/** Everything needed to reach a cluster, secrets included; structured-clonable, so that it can be handed to a worker. */
export interface ClusterConfig {
  /** host:port */
  bootstrap: string[];
  /** PEM texts, not paths */
  tls: {
    ca: string[] | null;
    cert: string | null;
    key: string | null;
    passphrase: string | null;
    verify: boolean;
    /** where the texts were read from, for commands that other tools run */
    files?: { ca: string | null; cert: string | null; key: string | null };
  } | null;
  sasl: { mechanism: "plain" | "scram-sha-256" | "scram-sha-512"; username: string; password: string } | null;
  /** ms; a dead address must be said within 3 s */
  connectTimeout: number;
  requestTimeout: number;
}

export interface BrokerInfo {
  id: number;
  host: string;
  port: number;
  rack: string | null;
  isController: boolean;
}

export interface ClusterInfo {
  clusterId: string | null;
  brokers: BrokerInfo[];
  controllerId: number | null;
}

export interface PartitionInfo {
  partition: number;
  /** -1: none, the partition is offline */
  leader: number;
  leaderEpoch: number;
  replicas: number[];
  isr: number[];
  offlineReplicas: number[];
  /** a Kafka error in words, or null */
  problem: string | null;
}

export interface TopicInfo {
  name: string;
  /** another one after the topic was deleted and created anew; null where the brokers do not say */
  id: string | null;
  internal: boolean;
  partitions: PartitionInfo[];
}

export interface GroupListing {
  groupId: string;
  /** "consumer" (protocol type), "connect", "" … */
  protocolType: string;
  /** Stable, Empty, PreparingRebalance, CompletingRebalance, Dead, … as the broker says; null where it is too old to say */
  state: string | null;
  /** classic, consumer, share, streams; null where the broker is too old to say */
  type: string | null;
}

export interface GroupMember {
  memberId: string;
  clientId: string;
  host: string;
  assignments: { topic: string; partitions: number[] }[];
}

export interface GroupDescription extends GroupListing {
  coordinator: BrokerInfo;
  members: GroupMember[];
}

export interface GroupLag {
  topic: string;
  partition: number;
  /** null: nothing committed */
  committed: bigint | null;
  /** the high watermark; -1: not known, since no leader answers for the partition */
  end: bigint;
  /** null where nothing is committed, or the end is not known */
  lag: bigint | null;
}

export interface PartitionOffsets {
  partition: number;
  first: bigint;
  /** the high watermark: the offset that the next message will get */
  last: bigint;
}
