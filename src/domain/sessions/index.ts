export { RecognisedDevices } from "./recognised-devices.js";
export { SessionEntity } from "./session.entity.js";
export { type CurrentSession, SessionRepository } from "./session.repository.js";
export { type AuthenticatedSession, authenticationOf, Sessions, type SessionTokens } from "./sessions.js";
export { TokenCodec } from "./token-codec.js";
export { type IssuedTokens, type RequiresEnrollment, type RequiresSecondFactor, type SignInResult, TokenIssuer } from "./token-issuer.js";
