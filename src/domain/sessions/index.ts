export { type EnrollmentNeeded, type Entry, type Grant, Grants, type SecondFactorNeeded } from "./grants.js";
export { KnownDevices } from "./known-devices.js";
export { SessionEntity } from "./session.entity.js";
export { type CurrentSession, SessionRepository } from "./session.repository.js";
export { type AuthenticatedSession, authenticationOf, Sessions, type SessionTokens } from "./sessions.js";
export { TokenCodec } from "./token-codec.js";
