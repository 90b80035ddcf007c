export type { AccountServices, CredentialChangeServices, NewUserServices } from "./account-services.js";
export { acceptMetadata, defaultMetadata, findMetadataFailure, invitationFields } from "./metadata-policy.js";
export { codeDigits, issueResetCode, type ResetCodeServices, resetSubject } from "./password-reset-code.js";
export { sendCodeIfSmsOnly, sendSecondFactorCode, verifySecondFactor } from "./second-factor-code.js";
export {
  findPhoneFailure,
  issueSmsCode,
  queueSmsNotice,
  type SentCode,
  type SmsCodeRequest,
  type SmsCodeServices,
  smsCodeSubject,
  verifySmsCode,
} from "./sms-code.js";
export { type ErasureServices, eraseUser } from "./user-erasure.js";
export { isUserLimitReached } from "./user-limit.js";
export { findLockoutKeys, listWaits, type UserWait } from "./user-waits.js";
