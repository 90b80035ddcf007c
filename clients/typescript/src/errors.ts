import type { TopLevelCode } from "./operations.generated.js";

/** A top-level error code of the gateway, or NETWORK: no response, or a response that is not from a gateway. */
export type LatchkeyErrorCode = TopLevelCode | "NETWORK";

export interface ErrorDetails {
  readonly retryAfterSeconds?: number | undefined;
  readonly path?: string | undefined;
  readonly id?: string | undefined;
  readonly cause?: unknown;
}

/** Thrown for every error except expected failures, which are members of the result unions and never thrown. */
export class LatchkeyError extends Error {
  override readonly name = "LatchkeyError";
  readonly code: LatchkeyErrorCode;
  /** With RATE_LIMITED and UNAVAILABLE: seconds to wait before retrying. */
  readonly retryAfterSeconds: number | undefined;
  /** With BAD_USER_INPUT: path of the invalid argument. */
  readonly path: string | undefined;
  /** With INTERNAL_SERVER_ERROR: identifies the error in the gateway's log. */
  readonly id: string | undefined;
  /** With NETWORK: the error thrown by fetch. */
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
