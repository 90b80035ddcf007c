import pino, { type Logger } from "pino";
import { migrations } from "../../migrations/index.js";
import {
  ApplicationDirectory,
  ApplicationKeyRepository,
  ApplicationKeys,
  ApplicationRegistry,
  ApplicationRepository,
  ApplicationSecrets,
  MailAccounts,
  TwilioAccounts,
} from "../domain/applications/index.js";
import { AuditLog } from "../domain/audit/index.js";
import { commonPasswords, PasswordAuthenticator, SecondFactorRepository } from "../domain/authenticators/index.js";
import { InvitationRepository, Invitations } from "../domain/invitations/index.js";
import { JwtIssuer, SigningKeyFetches, SigningKeyRepository, SigningKeyRotations, SigningKeys } from "../domain/jwt/index.js";
import { CustomTemplateRepository, type Inbox, type OutboxDispatcher, OutboxRepository } from "../domain/messaging/index.js";
import { ChallengeRepository, Challenges, ChallengeTicketRepository } from "../domain/one-time-codes/index.js";
import { RateLimitBucketRepository, RateLimiter } from "../domain/rate-limiting/index.js";
import { SessionRepository, TokenIssuer } from "../domain/sessions/index.js";
import { PendingSignUpRepository, UserRepository } from "../domain/users/index.js";
import { flows } from "../flows/index.js";
import { createServer, type HttpServer, type Readiness } from "../http/index.js";
import { managementModules } from "../management/index.js";
import { type Clock, systemClock } from "../platform/clock.js";
import {
  EncryptedColumns,
  Encryptor,
  HashPool,
  Keyring,
  loadMasterKeys,
  type NewSigningKey,
  PasswordHasher,
  randomId,
} from "../platform/crypto/index.js";
import { type Database, openDatabase, type RestoreState } from "../platform/database/index.js";
import { FaultPoints } from "../platform/fault-points.js";
import { composeMessaging } from "./compose-messaging.js";
import { composeSignIn } from "./compose-sign-in.js";
import type { Environment } from "./environment.js";
import { Maintenance } from "./maintenance.js";
import { buildSchemas } from "./schemas.js";
import type { Services } from "./services.js";
import { encryptedColumns, retentionRules } from "./stored-data.js";

/** The tables, and what makes them. */
export const schema = { entities: retentionRules.map(({ entity }) => entity), migrations };

/** Leaves time for requests that wait for the start, such as the health check of a load balancer. */
const WARM_UP_DELAY_MS = 250;

/** Replaces parts of the gateway: in tests, and for the command line. */
export interface Overrides {
  readonly clock?: Clock;
  readonly log?: Logger;
  /** Generates the key pairs that sign tokens. */
  readonly generateSigningKey?: () => Promise<NewSigningKey>;
  /** Opens a database whose restore did not finish and is in this state. */
  readonly acceptedRestore?: RestoreState["state"];
}

/** Everything below HTTP; sufficient for the command line. */
export interface ServiceContainer {
  readonly services: Services;
  readonly dispatcher: OutboxDispatcher;
  /** Development only: stores messages instead of sending them. */
  readonly inbox: Inbox | null;
  close(): Promise<void>;
}
/** A complete gateway, not yet listening. */
export interface Gateway extends ServiceContainer {
  readonly server: HttpServer;
  readonly readiness: Readiness;
  readonly maintenance: Maintenance;
  /** Starts message delivery and maintenance. */
  startBackgroundWork(): void;
}

/** Opens the database without running migrations. @throws when it cannot be opened */
export async function openWithoutMigrating({ DATABASE_URL: url }: Environment): Promise<Database> {
  return await openDatabase({ url, ...schema, runMigrations: false }, systemClock);
}

/** In production, log lines are written in batches, at most 250 ms late: one system call per line would slow responses by a tenth. */
function createLogger({ LOG_LEVEL: level, GATEWAY_MODE }: Environment): Logger {
  const buffering = GATEWAY_MODE === "production" ? { minLength: 4096, periodicFlush: 250 } : {};
  return pino({ level, base: null }, pino.destination({ dest: 1, sync: false, ...buffering }));
}

/** Opens and migrates the database and constructs the services. @throws when the database cannot be opened */
export async function composeServices(environment: Environment, overrides: Overrides = {}): Promise<ServiceContainer> {
  const clock = overrides.clock ?? systemClock;
  const log = overrides.log ?? createLogger(environment);
  const encryptor = new Encryptor(loadMasterKeys(environment));
  const { acceptedRestore } = overrides;
  const options = { url: environment.DATABASE_URL, log, ...schema, ...(acceptedRestore ? { acceptedRestore } : {}) };
  const database = await openDatabase({ ...options, runMigrations: { lockOwner: randomId() } }, clock);
  try {
    return await buildServices(environment, { clock, log, encryptor, database }, overrides);
  } catch (error) {
    await database.close();
    throw error;
  }
}

interface BaseServices {
  readonly clock: Clock;
  readonly log: Logger;
  readonly encryptor: Encryptor;
  readonly database: Database;
}

async function buildServices(environment: Environment, base: BaseServices, overrides: Overrides): Promise<ServiceContainer> {
  const { clock, log, encryptor, database } = base;
  const publicUrl = environment.PUBLIC_URL;
  const keyring = await Keyring.load(database, encryptor, clock);
  const repositories = createRepositories(database);
  const { applications, users, pendingSignUps } = repositories;
  const applicationKeys = new ApplicationKeyRepository(database, applications);
  const applicationSecrets = new ApplicationSecrets(database, encryptor, clock);
  const faultPoints = new FaultPoints(environment.FAULT_POINT, log);
  const audit = new AuditLog(database, clock);
  encryptor.onFailure((place) => audit.recordDecryptionFailure(place));
  const messaging = composeMessaging(environment, base, {
    outboxRepository: repositories.outbox,
    customTemplateRepository: repositories.messageTexts,
    faultPoints,
    keyring,
    audit,
    twilioAccounts: new TwilioAccounts(applications, applicationSecrets),
    mailAccounts: new MailAccounts(applications, applicationSecrets),
  });
  const { outbox, deliveries, messageTexts: customTemplates } = messaging;
  const pool = new HashPool(environment.HASH_WORKERS);
  const hasher = new PasswordHasher(pool, environment.BCRYPT_COST);
  const challenges = new Challenges(repositories.challenges, repositories.tickets, database, keyring, clock);
  const signingKeys = new SigningKeys(repositories.signingKeys, database, encryptor, clock, overrides.generateSigningKey);
  const signingKeyFetches = new SigningKeyFetches(database, clock);
  const jwtIssuer = new JwtIssuer(signingKeys, publicUrl, clock);
  const rateLimiter = new RateLimiter(repositories.rateLimits, keyring, audit, clock, log);
  const applicationDirectory = new ApplicationDirectory(applications, applicationKeys, database, clock);
  const signInServices = composeSignIn(base, repositories, {
    ...{ applicationDirectory, database, keyring, users, audit, outbox, rateLimiter, challenges },
    tokenIssuer: new TokenIssuer(jwtIssuer),
  });
  const services: Services = {
    ...signInServices,
    ...{ clock, log, faultPoints, publicUrl, hasher, pendingSignUps, signingKeys, jwtIssuer },
    ...{ smsPerDay: environment.SMS_PER_DAY, capturesSms: messaging.capturesSms },
    applicationDirectory,
    applicationRegistry: new ApplicationRegistry(applications, applicationKeys, applicationSecrets, database, clock),
    applicationKeys: new ApplicationKeys(applicationKeys, applications, database, clock),
    applicationSecrets,
    deliveries,
    signingKeyFetches,
    signingKeyRotations: new SigningKeyRotations(signingKeys, signingKeyFetches, publicUrl, clock),
    customTemplates,
    invitations: new Invitations({ repository: repositories.invitations, challenges, users, outbox, audit, database, clock }),
    passwords: new PasswordAuthenticator(hasher, users, database),
    encryptedColumns: new EncryptedColumns(database, encryptor, encryptedColumns),
    retentionRules,
  };
  const close = async () => {
    await messaging.close();
    await pool.close();
    await database.close();
  };
  return { services, dispatcher: messaging.dispatcher, inbox: messaging.inbox, close };
}

function createRepositories(database: Database) {
  return {
    applications: new ApplicationRepository(database),
    invitations: new InvitationRepository(database),
    pendingSignUps: new PendingSignUpRepository(database),
    tickets: new ChallengeTicketRepository(database),
    challenges: new ChallengeRepository(database),
    secondFactors: new SecondFactorRepository(database),
    sessions: new SessionRepository(database),
    outbox: new OutboxRepository(database),
    messageTexts: new CustomTemplateRepository(database),
    rateLimits: new RateLimitBucketRepository(database),
    signingKeys: new SigningKeyRepository(database),
    users: new UserRepository(database),
  };
}

/**
 * Constructs the complete gateway and prepares what the first log-in needs: one hashing thread and the decoy hash. The other threads and
 * the list of common passwords, which only new passwords are compared with, are loaded shortly after the gateway is ready.
 */
export async function composeGateway(environment: Environment, overrides: Overrides = {}): Promise<Gateway> {
  const container = await composeServices(environment, overrides);
  const { services, inbox, dispatcher } = container;
  const readiness: Readiness = { isReady: false };
  const modules = [...flows, ...managementModules];
  const resolvers = new Map<unknown, object>(modules.map(({ resolver, create }) => [resolver, create(services)]));
  const linkFlows = flows.flatMap((flow) => flow.createLinkFlow?.(services) ?? []);
  const buildServer = async () => {
    const schemas = await buildSchemas();
    return await createServer({ environment, services, schemas, resolvers, linkFlows, readiness, dispatcher, inbox });
  };
  // The decoy is hashed in a worker thread while this thread builds schemas and routes.
  const [, server] = await Promise.all([services.hasher.warmUp(), buildServer()]);
  const maintenance = new Maintenance(services);
  return {
    ...container,
    server,
    readiness,
    maintenance,
    startBackgroundWork: () => {
      dispatcher.start();
      maintenance.start();
      readiness.isReady = true;
      setTimeout(() => {
        services.hasher.startThreads();
        services.passwords.learnHighestCost().catch((error: unknown) => services.log.warn({ err: error }, "reading password costs failed"));
        commonPasswords();
      }, WARM_UP_DELAY_MS).unref();
    },
    close: async () => {
      readiness.isReady = false;
      await Promise.all([server.close(), maintenance.stop()]);
      await container.close();
    },
  };
}
