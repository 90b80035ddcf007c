export { commonPasswords } from "./common-passwords.js";
export { PasswordAuthenticator } from "./password-authenticator.js";
export { passwordViolations } from "./password-policy.js";
