export { commonPasswords } from "./common-passwords.js";
export { failureOnPasswordChange, PasswordAuthenticator, type VerifiedUser } from "./password-authenticator.js";
export { passwordViolations } from "./password-policy.js";
