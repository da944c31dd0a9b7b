import { UserError } from "../shared/userError.ts";

/** A failure that changing the connection may mend: shown with an Edit Connection button. */
export class ConnectionError extends UserError {
  readonly connectionId: string;

  constructor(
    connectionId: string,
    message: string,
    options: { code?: string; detail?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, options);
    this.connectionId = connectionId;
  }

  static of(connectionId: string, error: UserError): ConnectionError {
    return new ConnectionError(connectionId, error.message, {
      code: error.code,
      detail: error.detail,
      cause: error.cause,
    });
  }
}

export const connectionOf = (error: unknown): string | null =>
  error instanceof ConnectionError ? error.connectionId : null;
