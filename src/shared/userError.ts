/**
 * An error that a person can act on: one sentence that says what failed and what to do about it.
 *
 * Everything that is thrown on purpose is one of these; whatever else reaches the edge (platform/errors.ts) is a bug and is
 * reported as one. The cause stays attached for the log. Survives the rpc (see rpc.ts), which has no classes.
 */
export class UserError extends Error {
  override readonly name = "UserError";
  /** A stable word for tests and for callers that react to one kind of failure: "refused", "unknown-topic", … */
  readonly code: string;
  /** What the user may want to know beyond the sentence; shown on request. */
  readonly detail: string | undefined;

  constructor(message: string, options: { code?: string; detail?: string | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code ?? "error";
    this.detail = options.detail;
  }
}

/** Cancellation by the user: silent wherever it surfaces. */
export class CancelledError extends Error {
  override readonly name = "CancelledError";
  constructor() {
    super("Cancelled");
  }
}

/** By name: the error may come from another bundle, or from Node. */
export const isCancelled = (error: unknown): boolean =>
  error instanceof Error && (error.name === "CancelledError" || error.name === "AbortError");

/** The sentence of any thrown value, without a stack. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
