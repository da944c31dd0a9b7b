import { coordinatorFormat } from "./coordinatorRecords.ts";
import {
  array,
  int16,
  int32,
  int64,
  message,
  millis,
  nullable,
  since,
  state,
  string,
  struct,
  tagged,
} from "./layout.ts";

/** TransactionState.java */
const transactionStatus = state({
  0: "Empty",
  1: "Ongoing",
  2: "PrepareCommit",
  3: "PrepareAbort",
  4: "CompleteCommit",
  5: "CompleteAbort",
  6: "Dead",
  7: "PrepareEpochFence",
});

/** __transaction_state: transaction-coordinator's TransactionLog*.json. Version 1 is of KIP-890. */
export const transactionState = coordinatorFormat("a record of the transaction coordinator", {
  0: {
    name: "TransactionLog",
    key: { transactionalId: string },
    value: message(
      "TransactionLogValue",
      { highest: 1, flexible: 1 },
      {
        producerId: int64,
        previousProducerId: tagged(0, since(1, int64)),
        nextProducerId: tagged(1, since(1, int64)),
        producerEpoch: int16,
        nextProducerEpoch: tagged(3, since(1, int16)),
        transactionTimeoutMs: int32,
        transactionStatus,
        transactionPartitions: nullable(array(struct({ topic: string, partitionIds: array(int32) }))),
        transactionLastUpdateTimestampMs: millis,
        transactionStartTimestampMs: millis,
        clientTransactionVersion: tagged(2, since(1, int16)),
      },
    ),
  },
});
