/**
 * Every error code and its meaning. The ErrorCode enum of the schema, the documentation and the tests are derived from it. `union` codes
 * belong to members of result unions, `top` codes to GraphQL's top-level `errors`.
 */
export const errorCatalogue = {
  SIGN_UP_CLOSED: {
    place: "union",
    meaning: "The application does not accept new users: sign-up is disabled or the maximum number of users is reached.",
  },
  INVITATIONS_CLOSED: {
    place: "union",
    meaning: "The application does not accept invitations, does not accept them from users, or has reached its maximum number of users.",
  },
  HANDLE_UNAVAILABLE: {
    place: "union",
    meaning:
      "The address has an account. Returned only where this need not be hidden: in the sign-up flow NONE and to the application's back end.",
  },
  HANDLE_INVALID: { place: "union", meaning: "The application cannot send messages to this address or phone number." },
  PASSWORD_REFUSED: { place: "union", meaning: "The password violates the application's password rules; violations lists them." },
  METADATA_REFUSED: {
    place: "union",
    meaning: "The metadata does not match the application's metadata fields; fields lists the rejected ones.",
  },
  LOCALE_REFUSED: {
    place: "union",
    meaning: "The application does not support this language; Application.locales lists the supported ones.",
  },
  REAUTHENTICATION_REQUIRED: {
    place: "union",
    meaning: "The operation requires an authentication within the last five minutes: call reauthenticate, then try again.",
  },
  INVALID_CREDENTIALS: {
    place: "union",
    meaning: "The handle is unknown, the password is wrong or the sign-up is unfinished. These cases are not distinguished.",
  },
  INVALID_CODE: { place: "union", meaning: "The code is wrong, already used, expired or was replaced by a newer one." },
  CHALLENGE_ENDED: {
    place: "union",
    meaning: "The challenge is unknown, already used, expired, replaced by a newer one or out of attempts: start again.",
  },
  PHONE_NOT_VERIFIED: {
    place: "union",
    meaning: "The phone number was not verified within the last ten minutes: call setPhone and verifyPhone first.",
  },
  SECOND_FACTOR_OFF: {
    place: "union",
    meaning: "The application does not use this second factor, or the user has none.",
  },
  TOO_MANY_ATTEMPTS: { place: "union", meaning: "Too many attempts: retry after retryAfterSeconds. The attempt was not evaluated." },
  SESSION_ENDED: {
    place: "union",
    meaning: "The refresh token is unknown, already used or expired, or its session has ended: log in again.",
  },
  ACCOUNT_SUSPENDED: { place: "union", meaning: "The account is suspended. At log-in returned only after a correct password." },
  UNAUTHENTICATED: {
    place: "top",
    status: 401,
    meaning: "The application key or the bearer token is missing, unknown, expired or of the wrong kind.",
  },
  FORBIDDEN: {
    place: "top",
    status: 403,
    meaning: "The operation is not allowed, or the object does not exist. These cases are not distinguished.",
  },
  RATE_LIMITED: { place: "top", status: 429, meaning: "Too many requests; retry after extensions.retryAfterSeconds." },
  BAD_USER_INPUT: { place: "top", status: 400, meaning: "An argument has the wrong type or shape; extensions.path names it." },
  DOCUMENT_REFUSED: {
    place: "top",
    status: 400,
    meaning: "The document is invalid for this schema or exceeds a limit; nothing was executed.",
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    place: "top",
    status: 200,
    meaning: "Persisted queries are not supported: send the whole document. Apollo Client does so by itself.",
  },
  UNAVAILABLE: {
    place: "top",
    status: 503,
    meaning: "A dependency is unavailable or overloaded; retry after extensions.retryAfterSeconds.",
  },
  INTERNAL_SERVER_ERROR: {
    place: "top",
    status: 500,
    meaning: "An unexpected error; extensions.id identifies it in the log of the gateway.",
  },
} as const satisfies Record<string, { place: "union" | "top"; status?: number; meaning: string }>;

export type AnyErrorCode = keyof typeof errorCatalogue;
type CodesOf<Place extends "union" | "top"> = {
  [Code in AnyErrorCode]: (typeof errorCatalogue)[Code]["place"] extends Place ? Code : never;
}[AnyErrorCode];

/** Codes of the members of result unions that implement UserError. */
export type ErrorCode = CodesOf<"union">;
/** Codes of top-level errors (`errors[].extensions.code`). */
export type TopLevelCode = CodesOf<"top">;

const codesOf = (place: "union" | "top") =>
  (Object.keys(errorCatalogue) as AnyErrorCode[]).filter((code) => errorCatalogue[code].place === place);
export const userErrorCodes = codesOf("union") as ErrorCode[];
