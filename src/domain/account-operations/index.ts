export type { AccountServices } from "./account-services.js";
export { isFull } from "./capacity.js";
export { eraseUser } from "./erasure.js";
export { codeDigits, queueResetCode, resetSubject } from "./reset-code.js";
export { proveSecondFactor, sendSecondFactorCode, withSecondFactorCode } from "./second-factor-code.js";
export {
  issueSmsCode,
  queueSmsNotice,
  refusalOfPhone,
  type SmsCodeRequest,
  type SmsCodeSent,
  smsCodeSubject,
  verifySmsCode,
} from "./sms-code.js";
