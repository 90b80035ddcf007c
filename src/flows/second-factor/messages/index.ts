export { recoveryCodeUsed } from "./recovery-code-used.js";
export { recoveryCodesReplaced } from "./recovery-codes-replaced.js";
export { secondFactorCode } from "./second-factor-code.js";
export { secondFactorDisabled } from "./second-factor-disabled.js";
export { secondFactorEnabled } from "./second-factor-enabled.js";
export { secondFactorGuessing } from "./second-factor-guessing.js";
