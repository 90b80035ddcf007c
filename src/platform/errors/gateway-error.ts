import { errorCatalogue, type TopLevelCode } from "./catalogue.js";

/** What a refusal may tell the client beside its code. */
export interface GatewayErrorDetails {
  /** A sentence that holds no secret and no submitted value; the code's own sentence when left out. */
  readonly message?: string;
  /** Dotted path of the argument that was refused, e.g. `input.handle`. */
  readonly path?: string;
  readonly retryAfterSeconds?: number;
  /** HTTP status where the code's own does not fit (404, 405, 413, 415). */
  readonly status?: number;
  readonly cause?: unknown;
}

/** The base of everything thrown on purpose: it becomes one top-level GraphQL error with a code from the catalogue. */
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
