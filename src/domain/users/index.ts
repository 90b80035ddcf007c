export { canonicalEmail, type Email, maskEmail } from "./email.js";
export {
  applyMetadataChange,
  isWithinLimits,
  type Metadata,
  mergeMetadata,
  tokenMetadata,
  validateMetadata,
  validatePartialMetadata,
} from "./metadata.js";
export { PendingSignUpEntity } from "./pending-sign-up.entity.js";
export { PendingSignUpRepository } from "./pending-sign-up.repository.js";
export { canonicalPhone, maskPhone, type Phone, phonePrefix } from "./phone.js";
export { UserEntity } from "./user.entity.js";
export { toUser, type User, type UserKey, type UserStatus, userProperties, userStatuses, verifiedPhone } from "./user.js";
export { type NewUser, UserRepository } from "./user.repository.js";
