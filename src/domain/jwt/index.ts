export { type Amr, type Authentication, type IssuedJwt, JwtIssuer } from "./jwt-issuer.js";
export { realmConfiguration } from "./realm-configuration.js";
export { SigningKeyEntity } from "./signing-key.entity.js";
export { SigningKeyRepository } from "./signing-key.repository.js";
export { SigningKeyFetchEntity } from "./signing-key-fetch.entity.js";
export { SigningKeyFetches } from "./signing-key-fetches.repository.js";
export { type RotationPlan, SigningKeyRotations } from "./signing-key-rotation.js";
export { type PublishedKey, type SigningKeyState, SigningKeys } from "./signing-keys.js";
