export { canonicalEmail, type Email, maskEmail } from "./email.js";
export { getAtPath, isWithinLimits, MAX_METADATA_KEYS, type Metadata, setAtPath, tokenMetadata } from "./metadata.js";
export { PendingSignUpEntity } from "./pending-sign-up.entity.js";
export { PendingSignUpRepository } from "./pending-sign-up.repository.js";
export { canonicalPhone, maskPhone, type Phone, phonePrefix } from "./phone.js";
export { UserEntity } from "./user.entity.js";
export { toUser, type User, type UserKey, type UserStatus, userProperties, verifiedPhone } from "./user.js";
export { type NewUser, UserRepository } from "./user.repository.js";
