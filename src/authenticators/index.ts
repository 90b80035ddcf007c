export { commonPasswords, PasswordAuthenticator, passwordViolations } from "./password/index.js";
export {
  describeTotp,
  type EnrolledFactor,
  type MatchedTotp,
  RecoveryCodeEntity,
  RecoveryCodeRepository,
  RecoveryCodes,
  SecondFactorEntity,
  SecondFactorMethod,
  type SecondFactorMethodName,
  SecondFactorRepository,
  SecondFactors,
  SecondFactorView,
  secondFactorMethods,
} from "./second-factor/index.js";
