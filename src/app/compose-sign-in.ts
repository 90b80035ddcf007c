import type { Logger } from "pino";
import type { ApplicationDirectory } from "../domain/applications/index.js";
import { RecoveryCodes, type SecondFactorRepository, SecondFactors } from "../domain/authenticators/index.js";
import { type ChallengeRepository, TokenChallenges } from "../domain/one-time-codes/index.js";
import { RecognisedDevices, type SessionRepository, Sessions, TokenCodec } from "../domain/sessions/index.js";
import { SecondFactorEnrollment, SecondFactorVerification, SignIn, type SignInDependencies } from "../domain/sign-in/index.js";
import type { Clock } from "../platform/clock.js";
import type { Encryptor } from "../platform/crypto/index.js";
import type { Database } from "../platform/database/index.js";

interface BaseServices {
  readonly clock: Clock;
  readonly log: Logger;
  readonly encryptor: Encryptor;
  readonly database: Database;
}
interface Repositories {
  readonly challenges: ChallengeRepository;
  readonly secondFactors: SecondFactorRepository;
  readonly sessions: SessionRepository;
}

/** Composes the services that decide on a sign-in and that manage sessions. */
export function composeSignIn(
  { clock, log, encryptor, database }: BaseServices,
  repositories: Repositories,
  services: Pick<
    SignInDependencies,
    "database" | "keyring" | "users" | "audit" | "outbox" | "rateLimiter" | "tokenIssuer" | "challenges"
  > & {
    readonly applicationDirectory: ApplicationDirectory;
  },
) {
  const { applicationDirectory, ...rest } = services;
  const { keyring, audit } = rest;
  const dependencies = {
    ...rest,
    tokenChallenges: new TokenChallenges(repositories.challenges, database, clock),
    secondFactors: new SecondFactors(repositories.secondFactors, database, encryptor, clock, log),
    recoveryCodes: new RecoveryCodes(database, keyring, clock),
    sessions: new Sessions(repositories.sessions, applicationDirectory, new TokenCodec(keyring), audit, database, clock),
    recognisedDevices: new RecognisedDevices(keyring, clock),
  };
  const signIn = new SignIn(dependencies);
  const secondFactorEnrollment = new SecondFactorEnrollment(dependencies, signIn);
  return { ...dependencies, signIn, secondFactorEnrollment, secondFactorVerification: new SecondFactorVerification(dependencies, signIn) };
}
