export { signUpCode } from "./sign-up-code.js";
export { signUpLink } from "./sign-up-link.js";
export { signUpNotice } from "./sign-up-notice.js";
