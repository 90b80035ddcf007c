export { phoneChanged } from "./phone-changed.js";
export { phoneCode } from "./phone-code.js";
