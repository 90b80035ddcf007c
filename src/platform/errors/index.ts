export { type ErrorCode, errorCatalogue, userErrorCodes } from "./catalogue.js";
export { type Failure, failure, type PasswordViolation, passwordRules } from "./failure.js";
export { Refusal } from "./refusal.js";
export { countrySentence, type Locale, pickLocale, sentenceFor, translatedLocales } from "./sentences.js";
