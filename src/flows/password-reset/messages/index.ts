export { passwordChanged } from "./password-changed.js";
export { passwordReset } from "./password-reset.js";
