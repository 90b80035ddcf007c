export { networkOf } from "./network.js";
export { RateLimitBucketEntity } from "./rate-limit-bucket.entity.js";
export { RateLimitBucketRepository } from "./rate-limit-bucket.repository.js";
export {
  applicationCodeKey,
  type CodeSubject,
  codeKeys,
  deviceLogInKeys,
  invitationKeys,
  lockoutKeys,
  logInKeys,
  messageKeys,
  networkFailureKeys,
  newNumberKeys,
  recipientKeys,
  recoveryCodeKeys,
  refundableMessageKeys,
  refundableSmsKeys,
  type SmsUse,
  secondFactorKeys,
  secondFactorLockoutKeys,
  sessionPasswordKeys,
  signUpKey,
  smsKeys,
} from "./rate-limit-keys.js";
export { RateLimiter, type RateLimitKey } from "./rate-limiter.js";
export { type RateLimitName, rateLimits } from "./rate-limits.js";
export { TokenBucketLimiter } from "./token-bucket-limiter.js";
