export { type AuthenticatedSession, authenticationOf, type SessionTokens } from "./live-sessions.js";
export { RecognisedDevices } from "./recognised-devices.js";
export { SessionEntity } from "./session.entity.js";
export { type CurrentSession, SessionRepository } from "./session.repository.js";
export { Sessions } from "./sessions.js";
export { TokenCodec } from "./token-codec.js";
export { type IssuedTokens, type RequiresEnrollment, type RequiresSecondFactor, type SignInResult, TokenIssuer } from "./token-issuer.js";
