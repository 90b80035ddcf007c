/**
 * Every code a client can meet, and what it means. This is the only list: the ErrorCode enum of the schema, the documentation page
 * and the tests read it. `union` codes belong to members of result unions, `top` codes to GraphQL's top-level `errors`.
 */
export const errorCatalogue = {
  SIGN_UP_CLOSED: { place: "union", meaning: "The application takes no new users: sign-up is off or the application is full." },
  INVITATIONS_CLOSED: { place: "union", meaning: "The application takes no invitations, not from its users, or no more users." },
  HANDLE_UNAVAILABLE: {
    place: "union",
    meaning:
      "The address has an account. Told where it cannot or need not be hidden: sign-up flow NONE, and to the application's own back end.",
  },
  HANDLE_INVALID: { place: "union", meaning: "The address or phone number is not one this application can send to." },
  PASSWORD_REFUSED: { place: "union", meaning: "The password breaks the application's rules; violations lists which." },
  METADATA_REFUSED: { place: "union", meaning: "Metadata does not fit the application's fields; fields lists which." },
  LOCALE_REFUSED: { place: "union", meaning: "The application does not speak this language; Application.locales lists those it does." },
  REAUTHENTICATION_REQUIRED: {
    place: "union",
    meaning: "This needs a proof of the last five minutes: call reauthenticate, then try again.",
  },
  INVALID_CREDENTIALS: {
    place: "union",
    meaning: "Unknown handle, wrong password or unfinished sign-up: one answer for all of them.",
  },
  INVALID_CODE: { place: "union", meaning: "The code is wrong, used, expired or was replaced by a newer one." },
  CHALLENGE_ENDED: {
    place: "union",
    meaning: "The challenge is unknown, used, expired, replaced by a newer one or was answered wrongly too often: start again.",
  },
  PHONE_NOT_VERIFIED: {
    place: "union",
    meaning: "The phone number was not verified within the last ten minutes: call setPhone and verifyPhone first.",
  },
  SECOND_FACTOR_OFF: {
    place: "union",
    meaning: "The application does not take this second factor, or the user has none.",
  },
  TOO_MANY_ATTEMPTS: { place: "union", meaning: "Too many attempts: wait retryAfterSeconds; nothing was tested meanwhile." },
  SESSION_ENDED: { place: "union", meaning: "The refresh token is unknown, used, expired or its session has ended: log in again." },
  ACCOUNT_SUSPENDED: { place: "union", meaning: "This account is suspended. At log-in told only after the right password." },
  UNAUTHENTICATED: {
    place: "top",
    status: 401,
    meaning: "The application key or the session token is missing, unknown, expired or of the wrong kind.",
  },
  FORBIDDEN: { place: "top", status: 403, meaning: "Not allowed, or no such object: one answer for both." },
  RATE_LIMITED: { place: "top", status: 429, meaning: "Too many requests; retry after extensions.retryAfterSeconds." },
  BAD_USER_INPUT: { place: "top", status: 400, meaning: "An argument has the wrong type or shape; extensions.path names it." },
  DOCUMENT_REFUSED: { place: "top", status: 400, meaning: "The document is not valid here or exceeds a limit; nothing was executed." },
  UNAVAILABLE: { place: "top", status: 503, meaning: "A dependency is down or busy; retry after extensions.retryAfterSeconds." },
  INTERNAL_SERVER_ERROR: { place: "top", status: 500, meaning: "A defect of the gateway; extensions.id is in its log." },
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
