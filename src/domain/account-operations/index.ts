export type { AccountServices } from "./account-services.js";
export { acceptMetadata, defaultMetadata, findMetadataFailure, invitationFields } from "./metadata-policy.js";
export { codeDigits, issueResetCode, resetSubject } from "./password-reset-code.js";
export { sendCodeIfSmsOnly, sendSecondFactorCode, verifySecondFactor } from "./second-factor-code.js";
export {
  findPhoneFailure,
  issueSmsCode,
  queueSmsNotice,
  type SmsCodeRequest,
  type SmsCodeSent,
  smsCodeSubject,
  verifySmsCode,
} from "./sms-code.js";
export { eraseUser } from "./user-erasure.js";
export { isUserLimitReached } from "./user-limit.js";
