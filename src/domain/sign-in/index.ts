export { type EnabledFactor, SecondFactorEnrollment } from "./second-factor-enrollment.js";
export {
  type ChallengeBinding,
  type OnVerified,
  type SecondFactorInput,
  SecondFactorVerification,
  type VerifiedSecondFactor,
} from "./second-factor-verification.js";
export { type EnrollmentContext, SignIn, type SignInDependencies } from "./sign-in.js";
