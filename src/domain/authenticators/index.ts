export { commonPasswords, PasswordAuthenticator, passwordViolations } from "./password/index.js";
export {
  describeTotp,
  type EnrolledFactor,
  type MatchedTotp,
  RecoveryCodeEntity,
  RecoveryCodeRepository,
  RecoveryCodes,
  SecondFactorEntity,
  type SecondFactorMethodName,
  SecondFactorRepository,
  SecondFactors,
  secondFactorMethods,
} from "./second-factor/index.js";
