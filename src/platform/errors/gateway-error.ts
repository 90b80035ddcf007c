import { errorCatalogue, type TopLevelCode } from "./catalogue.js";

/** Details of an error beside its code. */
export interface GatewayErrorDetails {
  /** A message without secrets or submitted values; default: the message of the code. */
  readonly message?: string;
  /** A sentence for developers after the message; it has the same restrictions. That of UNAUTHENTICATED is shown outside production only. */
  readonly explanation?: string;
  /** Dotted path of the rejected argument, e.g. `input.handle`. */
  readonly path?: string;
  readonly retryAfterSeconds?: number;
  /** Overrides the HTTP status of the code (404, 405, 413, 415). */
  readonly status?: number;
  readonly cause?: unknown;
}

/** An error reported to the client as one top-level GraphQL error with a code of the catalogue. */
export class GatewayError extends Error {
  readonly status: number;

  constructor(
    readonly code: TopLevelCode,
    readonly details: GatewayErrorDetails = {},
  ) {
    super(details.message ?? code, { cause: details.cause });
    this.name = "GatewayError";
    this.status = details.status ?? errorCatalogue[code].status;
  }
}
