export {
  commonPasswords,
  failureOnPasswordChange,
  PasswordAuthenticator,
  passwordViolations,
  type VerifiedUser,
} from "./password/index.js";
export {
  canonicalRecoveryCode,
  createTotpProvisioning,
  type EnrolledFactor,
  RecoveryCodeEntity,
  RecoveryCodes,
  SecondFactorEntity,
  type SecondFactorMethodName,
  SecondFactorRepository,
  SecondFactors,
  secondFactorMethods,
  type VerifiedTotp,
} from "./second-factor/index.js";
