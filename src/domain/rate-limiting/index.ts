export { type BudgetName, budgets } from "./budgets.js";
export { FloodGate } from "./flood-gate.js";
export { networkOf } from "./network.js";
export {
  type AccountPurpose,
  answeredSends,
  answeredSms,
  codeAttempts,
  codesOfApplication,
  deviceSubjects,
  failuresFrom,
  invitationsOf,
  lockSubjects,
  logInSubjects,
  numbersOfAccount,
  recipientSubjects,
  recoveryCodeAttempts,
  type SmsUse,
  secondFactorAttempts,
  secondFactorWaits,
  sends,
  sessionPasswordAttempts,
  signUpsFrom,
  smsSends,
} from "./subjects.js";
export { type Subject, Throttle } from "./throttle.js";
export { ThrottleBucketEntity } from "./throttle-bucket.entity.js";
export { ThrottleBucketRepository } from "./throttle-bucket.repository.js";
