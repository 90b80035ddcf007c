export { type ErrorCode, errorCatalogue, userErrorCodes } from "./catalogue.js";
export { errorMessageFor, type Locale, pickLocale, translatedLocales, unsupportedCountryMessage } from "./error-messages.js";
export { type Failure, failure, type PasswordViolation, passwordRules } from "./failure.js";
export { GatewayError } from "./gateway-error.js";
