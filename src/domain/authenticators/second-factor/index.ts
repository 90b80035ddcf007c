export { RecoveryCodeEntity } from "./recovery-code.entity.js";
export { RecoveryCodeRepository } from "./recovery-code.repository.js";
export { RecoveryCodes } from "./recovery-codes.js";
export { SecondFactorEntity } from "./second-factor.entity.js";
export { type SecondFactorMethodName, SecondFactorRepository, secondFactorMethods } from "./second-factor.repository.js";
export { type EnrolledFactor, type MatchedTotp, SecondFactors } from "./second-factors.js";
export { describeTotp } from "./totp-enrollment.js";
