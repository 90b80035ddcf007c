export { type Amr, type Authentication, type IssuedJwt, JwtIssuer } from "./jwt-issuer.js";
export { realmConfiguration } from "./realm-configuration.js";
export { SigningKeyEntity } from "./signing-key.entity.js";
export { SigningKeyRepository } from "./signing-key.repository.js";
export { type PublishedKey, type SigningKeyState, SigningKeys } from "./signing-keys.js";
