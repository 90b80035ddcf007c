import type { Logger } from "pino";
import type { ApplicationDirectory } from "../domain/applications/index.js";
import { type RecoveryCodeRepository, RecoveryCodes, type SecondFactorRepository, SecondFactors } from "../domain/authenticators/index.js";
import { type ChallengeRepository, TokenChallenges } from "../domain/one-time-codes/index.js";
import { KnownDevices, type SessionRepository, Sessions, TokenCodec } from "../domain/sessions/index.js";
import { Admission, type AdmissionParts, FactorChanges, SecondFactorProof } from "../domain/sign-in/index.js";
import type { Clock } from "../platform/clock.js";
import type { Sealer } from "../platform/crypto/index.js";
import type { Database } from "../platform/database/index.js";

interface Base {
  readonly clock: Clock;
  readonly log: Logger;
  readonly sealer: Sealer;
  readonly database: Database;
}
interface Rows {
  readonly challenges: ChallengeRepository;
  readonly secondFactors: SecondFactorRepository;
  readonly recoveryCodes: RecoveryCodeRepository;
  readonly sessions: SessionRepository;
}

/** What stands between a right password and a session, and the session itself. */
export function composeEntry(
  { clock, log, sealer, database }: Base,
  rows: Rows,
  shared: Pick<AdmissionParts, "database" | "keyring" | "users" | "audit" | "outbox" | "throttle" | "grants" | "challenges"> & {
    readonly applicationDirectory: ApplicationDirectory;
  },
) {
  const { applicationDirectory, ...rest } = shared;
  const { keyring, audit } = rest;
  const parts = {
    ...rest,
    tokenChallenges: new TokenChallenges(rows.challenges, database, clock),
    secondFactors: new SecondFactors(rows.secondFactors, database, sealer, clock, log),
    recoveryCodes: new RecoveryCodes(rows.recoveryCodes, keyring, clock),
    sessions: new Sessions(rows.sessions, applicationDirectory, new TokenCodec(keyring), audit, database, clock),
    knownDevices: new KnownDevices(keyring, clock),
  };
  const admission = new Admission(parts);
  const factorChanges = new FactorChanges(parts, admission);
  return { ...parts, admission, factorChanges, secondFactorProof: new SecondFactorProof(parts, admission) };
}
