/** A difference between two versions of a schema, in words. */
export interface SchemaChange {
  /** what changed: "shop.Order.total", "$.items[].qty" */
  path: string;
  /** one sentence without a full stop */
  message: string;
  /**
   * Which promises it breaks. BACKWARD: readers with the newer schema can read what was written with the older one. FORWARD: readers with the
   * older schema can read what is written with the newer one. FULL is broken with either. Empty: a change that neither notices, or that
   * costs something which the sentence names.
   */
  breaks: ("BACKWARD" | "FORWARD")[];
}
