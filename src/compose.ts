import type { FastifyInstance } from "fastify";
import pino, { type Logger } from "pino";
import { migrations } from "../migrations/index.js";
import {
  ApplicationDirectory,
  ApplicationEntity,
  ApplicationRegistry,
  ApplicationRepository,
  ApplicationSecretEntity,
  ApplicationSecretRepository,
  ApplicationSecrets,
  MailAccounts,
  TwilioAccounts,
} from "./applications/index.js";
import { AuditEventEntity, AuditLog } from "./audit/index.js";
import {
  commonPasswords,
  PasswordAuthenticator,
  RecoveryCodeEntity,
  RecoveryCodeRepository,
  SecondFactorEntity,
  SecondFactorRepository,
} from "./authenticators/index.js";
import { ChallengeEntity, ChallengeRepository, Challenges, ChallengeTicketEntity, ChallengeTicketRepository } from "./challenges/index.js";
import { type Clock, systemClock } from "./clock.js";
import { composeEntry } from "./compose-entry.js";
import { composeMessaging } from "./compose-messaging.js";
import { HashPool, Keyring, KeyringEntity, loadMasterKeys, type NewSigningKey, PasswordHasher, Sealer } from "./crypto/index.js";
import { type Database, openDatabase } from "./database/index.js";
import type { Environment } from "./environment.js";
import { FaultPoints } from "./fault-point.js";
import { flows } from "./flows/index.js";
import { Housekeeping } from "./housekeeping.js";
import { buildSchemas, createServer, type Readiness } from "./http/index.js";
import { InvitationEntity, InvitationRepository, Invitations } from "./invitations/index.js";
import { managementAreas } from "./management/index.js";
import {
  type Inbox,
  InboxMessageEntity,
  MessageTextEntity,
  MessageTextRepository,
  type OutboxDispatcher,
  OutboxMessageEntity,
  OutboxRepository,
} from "./messaging/index.js";
import type { Nouns } from "./nouns.js";
import { Grants, SessionEntity, SessionRepository } from "./sessions/index.js";
import { Throttle, ThrottleBucketEntity, ThrottleBucketRepository } from "./throttling/index.js";
import { RedisThrottleKeeper } from "./throttling/throttle-keeper.redis.js";
import { JwtIssuer, SigningKeyEntity, SigningKeyRepository, SigningKeys } from "./tokens/index.js";
import { PendingSignUpEntity, PendingSignUpRepository, UserEntity, UserRepository } from "./users/index.js";

const entities = [
  KeyringEntity,
  ApplicationEntity,
  ApplicationSecretEntity,
  UserEntity,
  PendingSignUpEntity,
  AuditEventEntity,
  ChallengeEntity,
  ChallengeTicketEntity,
  SigningKeyEntity,
  SessionEntity,
  ThrottleBucketEntity,
  OutboxMessageEntity,
  MessageTextEntity,
  InboxMessageEntity,
  InvitationEntity,
  SecondFactorEntity,
  RecoveryCodeEntity,
];

/** What tests put in the place of the real thing. */
export interface Overrides {
  readonly clock?: Clock;
  readonly log?: Logger;
  readonly isolation?: "READ COMMITTED" | "REPEATABLE READ";
  /** Generates the keys that sign tokens. */
  readonly generateSigningKey?: () => Promise<NewSigningKey>;
}

/** Everything below HTTP: enough for the command line. */
export interface Foundation {
  readonly nouns: Nouns;
  readonly dispatcher: OutboxDispatcher;
  /** Development: where messages are kept that do not leave. */
  readonly inbox: Inbox | null;
  close(): Promise<void>;
}
/** A whole gateway, not yet listening. */
export interface Gateway extends Foundation {
  readonly server: FastifyInstance;
  readonly readiness: Readiness;
  readonly housekeeping: Housekeeping;
  /** Starts sending messages and cleaning up. */
  startWork(): void;
}

/** Opens the database as it is, without bringing it up to date. @throws when it cannot be opened */
export async function openAsIs({ DATABASE_URL: url }: Environment): Promise<Database> {
  return await openDatabase({ url, entities, migrations, migrates: false }, systemClock);
}

/** Production writes lines together, at most a quarter of a second late: a system call for each would cost a tenth of an answer. */
function openLog({ LOG_LEVEL: level, GATEWAY_MODE }: Environment): Logger {
  const together = GATEWAY_MODE === "production" ? { minLength: 4096, periodicFlush: 250 } : {};
  return pino({ level, base: null }, pino.destination({ dest: 1, sync: false, ...together }));
}

/** Opens the database, brings it up to date and constructs the nouns. @throws when the database cannot be opened */
export async function composeFoundation(environment: Environment, overrides: Overrides = {}): Promise<Foundation> {
  const clock = overrides.clock ?? systemClock;
  const log = overrides.log ?? openLog(environment);
  const sealer = new Sealer(loadMasterKeys(environment));
  const isolation = overrides.isolation ? { isolation: overrides.isolation } : {};
  const database = await openDatabase({ url: environment.DATABASE_URL, entities, migrations, ...isolation }, clock);
  try {
    return await composeNouns(environment, { clock, log, sealer, database }, overrides);
  } catch (error) {
    await database.close();
    throw error;
  }
}

interface Base {
  readonly clock: Clock;
  readonly log: Logger;
  readonly sealer: Sealer;
  readonly database: Database;
}

async function composeNouns(environment: Environment, base: Base, overrides: Overrides): Promise<Foundation> {
  const { clock, log, sealer, database } = base;
  const publicUrl = environment.PUBLIC_URL;
  const keyring = await Keyring.open(database, sealer, clock);
  const rows = openRepositories(database);
  const { applications, ...retained } = rows;
  const { users, pendingSignUps } = retained;
  const secrets = new ApplicationSecrets(rows.secrets, database, sealer, clock);
  const redis = environment.REDIS_URL ? new RedisThrottleKeeper(environment.REDIS_URL, rows.throttle, log) : null;
  const faults = new FaultPoints(environment.FAULT_POINT, log);
  const audit = new AuditLog(database, clock);
  sealer.watch((place) => audit.recordBrokenSeal(place));
  const messaging = composeMessaging(environment, base, {
    rows: rows.outbox,
    textRows: rows.messageTexts,
    faults,
    keyring,
    audit,
    accounts: new TwilioAccounts(applications, secrets),
    mailAccounts: new MailAccounts(applications, secrets),
  });
  const { outbox, messageTexts } = messaging;
  const pool = new HashPool(environment.HASH_WORKERS);
  const hasher = new PasswordHasher(pool, environment.BCRYPT_COST);
  const challenges = new Challenges(rows.challenges, rows.tickets, database, keyring, clock);
  const signingKeys = new SigningKeys(rows.signingKeys, database, sealer, clock, overrides.generateSigningKey);
  const jwtIssuer = new JwtIssuer(signingKeys, publicUrl, clock);
  const throttle = new Throttle(redis ?? rows.throttle, keyring, audit, clock, log);
  const applicationDirectory = new ApplicationDirectory(applications, clock);
  const entry = composeEntry(base, rows, {
    ...{ applicationDirectory, database, keyring, users, audit, outbox, throttle, challenges },
    grants: new Grants(jwtIssuer),
  });
  const nouns: Nouns = {
    ...entry,
    ...{ clock, log, faults, publicUrl, hasher, pendingSignUps, signingKeys, jwtIssuer },
    ...{ smsPerDay: environment.SMS_PER_DAY, keepsSms: messaging.keepsSms },
    applicationDirectory,
    applicationRegistry: new ApplicationRegistry(applications, secrets, database, clock),
    applicationSecrets: secrets,
    messageTexts,
    invitations: new Invitations({ repository: rows.invitations, challenges, users, outbox, audit, database, clock }),
    passwords: new PasswordAuthenticator(hasher, users, database),
    sealed: [{ reseal: () => Keyring.reseal(database, sealer) }, signingKeys, secrets, entry.secondFactors],
    retained: Object.values(retained),
  };
  const close = async () => {
    await messaging.close();
    await redis?.close();
    await pool.close();
    await database.close();
  };
  return { nouns, dispatcher: messaging.dispatcher, inbox: messaging.inbox, close };
}

/** The rows of every noun. All but the applications' own go with their application, in this order. */
function openRepositories(database: Database) {
  return {
    applications: new ApplicationRepository(database),
    invitations: new InvitationRepository(database),
    pendingSignUps: new PendingSignUpRepository(database),
    tickets: new ChallengeTicketRepository(database),
    challenges: new ChallengeRepository(database),
    secondFactors: new SecondFactorRepository(database),
    recoveryCodes: new RecoveryCodeRepository(database),
    sessions: new SessionRepository(database),
    outbox: new OutboxRepository(database),
    messageTexts: new MessageTextRepository(database),
    throttle: new ThrottleBucketRepository(database),
    signingKeys: new SigningKeyRepository(database),
    users: new UserRepository(database),
    secrets: new ApplicationSecretRepository(database),
  };
}

/** Constructs the whole gateway and warms what the first request would wait for. */
export async function composeGateway(environment: Environment, overrides: Overrides = {}): Promise<Gateway> {
  const foundation = await composeFoundation(environment, overrides);
  const { nouns, inbox, dispatcher } = foundation;
  const readiness: Readiness = { isReady: false };
  const parts = [...flows, ...managementAreas];
  const resolvers = new Map<unknown, object>(parts.map(({ resolver, create }) => [resolver, create(nouns)]));
  const linkJourneys = flows.flatMap((flow) => flow.createLinkJourney?.(nouns) ?? []);
  const schemas = await buildSchemas();
  const server = await createServer({ environment, nouns, schemas, resolvers, linkJourneys, readiness, dispatcher, inbox });
  const housekeeping = new Housekeeping(nouns);
  commonPasswords();
  await nouns.hasher.warm();
  return {
    ...foundation,
    server,
    readiness,
    housekeeping,
    startWork: () => {
      dispatcher.start();
      housekeeping.start();
      readiness.isReady = true;
    },
    close: async () => {
      readiness.isReady = false;
      await server.close();
      await housekeeping.stop();
      await foundation.close();
    },
  };
}
