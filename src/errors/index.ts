export { errorCatalogue } from "./catalogue.js";
export { Refusal } from "./refusal.js";
export { type Locale, pickLocale, sentenceFor, translatedLocales } from "./sentences.js";
export {
  AccountSuspended,
  ChallengeEnded,
  type Failure,
  failure,
  HandleInvalid,
  HandleUnavailable,
  InvalidCode,
  InvalidCredentials,
  InvitationsClosed,
  LocaleRefused,
  MetadataRefused,
  PasswordRefused,
  PasswordViolation,
  PhoneNotVerified,
  ReauthenticationRequired,
  SecondFactorOff,
  SessionEnded,
  SignUpClosed,
  TooManyAttempts,
  toUserError,
} from "./user-errors.types.js";
