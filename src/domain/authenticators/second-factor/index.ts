export { RecoveryCodeEntity } from "./recovery-code.entity.js";
export { canonicalRecoveryCode, RecoveryCodes } from "./recovery-codes.repository.js";
export { SecondFactorEntity } from "./second-factor.entity.js";
export { type SecondFactorMethodName, SecondFactorRepository, secondFactorMethods } from "./second-factor.repository.js";
export { type EnrolledFactor, SecondFactors, type VerifiedTotp } from "./second-factors.js";
export { createTotpProvisioning } from "./totp-enrollment.js";
