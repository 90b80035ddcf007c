import type { TopLevelCode } from "./operations.generated.js";

/** A top-level code of the gateway, or NETWORK: no answer came, or none of the gateway's. */
export type LatchkeyErrorCode = TopLevelCode | "NETWORK";

export interface ErrorDetails {
  readonly retryAfterSeconds?: number | undefined;
  readonly path?: string | undefined;
  readonly id?: string | undefined;
  readonly cause?: unknown;
}

/** Everything that is not an expected failure. Those are members of the result unions and are never thrown. */
export class LatchkeyError extends Error {
  override readonly name = "LatchkeyError";
  readonly code: LatchkeyErrorCode;
  /** With RATE_LIMITED and UNAVAILABLE: try again after so many seconds. */
  readonly retryAfterSeconds: number | undefined;
  /** With BAD_USER_INPUT: the argument. */
  readonly path: string | undefined;
  /** With INTERNAL_SERVER_ERROR: what the gateway's operator finds in the log. */
  readonly id: string | undefined;
  /** With NETWORK: what fetch threw. */
  override readonly cause: unknown;

  constructor(code: LatchkeyErrorCode, message: string, { retryAfterSeconds, path, id, cause }: ErrorDetails = {}) {
    super(message);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
    this.path = path;
    this.id = id;
    this.cause = cause;
  }
}
