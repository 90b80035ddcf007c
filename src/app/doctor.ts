import { existsSync } from "node:fs";
import type { Finding } from "../cli/index.js";
import { OutboxRepository } from "../domain/messaging/index.js";
import { NodemailerMailer } from "../domain/messaging/mailer.nodemailer.js";
import { systemClock } from "../platform/clock.js";
import { EncryptedColumns, Encryptor, HashPool, Keyring, loadMasterKeys, PasswordHasher } from "../platform/crypto/index.js";
import { type Database, describeUnfinishedRestore, findRestoreState } from "../platform/database/index.js";
import { openWithoutMigrating } from "./compose.js";
import { checkRecords } from "./doctor-records.js";
import { type Environment, InvalidEnvironmentError, readEnvironment } from "./environment.js";
import { encryptedColumns } from "./stored-data.js";

const ok = (check: string, detail: string): Finding => ({ check, status: "ok", detail });
const warning = (check: string, detail: string): Finding => ({ check, status: "warning", detail });
const failure = (check: string, error: unknown): Finding => ({ check, status: "failure", detail: errorMessageOf(error) });

const MAX_OUTBOX_AGE_SECONDS = 300;
const [MIN_HASH_MS, MAX_HASH_MS] = [50, 1000];

/** Checks the environment and all dependencies without changing anything. */
export async function diagnose(): Promise<Finding[]> {
  try {
    const environment = readEnvironment();
    return [ok("environment", `${environment.GATEWAY_MODE}, ${environment.PUBLIC_URL}`), ...(await runChecks(environment))];
  } catch (error) {
    if (!(error instanceof InvalidEnvironmentError)) throw error;
    return error.failures.map((detail) => ({ check: "environment", status: "failure", detail }));
  }
}

async function runChecks(environment: Environment): Promise<Finding[]> {
  return [...(await checkDatabase(environment)), await checkMail(environment), await checkHashing(environment), ...checkProxy(environment)];
}

async function checkDatabase(environment: Environment): Promise<Finding[]> {
  const file = /^sqlite:(.+)$/.exec(environment.DATABASE_URL)?.[1];
  if (file && !existsSync(file)) return [warning("database", `${file} does not exist yet; it is created on first start`)];
  let database: Database | undefined;
  try {
    database = await openWithoutMigrating(environment);
    const findings = [ok("database", database.label), ...(await checkRestore(database))];
    const pending = await database.countPendingMigrations();
    if (pending > 0) return [...findings, warning("migrations", `${pending} pending; they run on start`)];
    return [
      ...findings,
      ok("migrations", "up to date"),
      await checkMasterKeys(environment, database),
      await checkOutbox(database),
      ...(await checkRecords(database, systemClock.now())),
    ];
  } catch (error) {
    return [failure("database", error)];
  } finally {
    await database?.close();
  }
}

/** Nothing to say about a database into which no backup was restored. */
async function checkRestore(database: Database): Promise<Finding[]> {
  const restore = await database.withoutTimeouts(findRestoreState);
  const problem = describeUnfinishedRestore(restore);
  if (problem) return [{ check: "restore", status: "failure", detail: problem }];
  return restore ? [ok("restore", `backup of ${restore.backupCreatedAt}, restored at ${restore.startedAt}`)] : [];
}

async function checkMasterKeys(environment: Environment, database: Database): Promise<Finding> {
  try {
    const encryptor = new Encryptor(loadMasterKeys(environment));
    await Keyring.verifyDecryptable(database, encryptor);
    const outdated = await new EncryptedColumns(database, encryptor, encryptedColumns).countOutdated();
    if (outdated > 0)
      return warning(
        "master keys",
        `${outdated} signing keys and secrets are encrypted under an older master key: keep that key until a running gateway has re-encrypted them`,
      );
    return ok("master keys", "all encrypted values can be decrypted");
  } catch (error) {
    return failure("master keys", error);
  }
}

async function checkOutbox(database: Database): Promise<Finding> {
  const { waiting, oldest } = await new OutboxRepository(database).findBacklog();
  const seconds = oldest === null ? 0 : (systemClock.now().getTime() - oldest.getTime()) / 1000;
  const detail = waiting === 0 ? "empty" : `${waiting} messages queued, the oldest for ${Math.round(seconds)} s`;
  return seconds > MAX_OUTBOX_AGE_SECONDS ? warning("outbox", detail) : ok("outbox", detail);
}

async function checkMail({ SMTP_URL, SMTP_PLAINTEXT_HOSTS: plaintextHosts, GATEWAY_MODE }: Environment): Promise<Finding> {
  if (!SMTP_URL) {
    const isDevelopment = GATEWAY_MODE === "development";
    return isDevelopment
      ? ok("mail", "delivered to the development inbox")
      : warning("mail", "SMTP_URL is not set: mail delivery is disabled");
  }
  const mailer = new NodemailerMailer(SMTP_URL, { plaintextHosts });
  try {
    await mailer.verify();
    if (!mailer.isPlaintextToNetwork) return ok("mail", "connection and authentication succeeded");
    return warning("mail", "the connection succeeded, but mails are sent without TLS (SMTP_PLAINTEXT_HOSTS): codes and links can be read");
  } catch (error) {
    return failure("mail", error);
  } finally {
    await mailer.close();
  }
}

async function checkHashing({ HASH_WORKERS, BCRYPT_COST }: Environment): Promise<Finding> {
  const pool = new HashPool(HASH_WORKERS);
  try {
    const hasher = new PasswordHasher(pool, BCRYPT_COST);
    await hasher.warmUp();
    const started = performance.now();
    await hasher.hash("a password to measure with");
    const milliseconds = Math.round(performance.now() - started);
    const detail = `${hasher.library}, cost ${BCRYPT_COST}, ${HASH_WORKERS} threads, ${milliseconds} ms per hash`;
    return milliseconds < MIN_HASH_MS || milliseconds > MAX_HASH_MS ? warning("hashing", detail) : ok("hashing", detail);
  } finally {
    await pool.close();
  }
}

function checkProxy({ TRUST_PROXY, GATEWAY_MODE }: Environment): Finding[] {
  if (TRUST_PROXY.length > 0) return [ok("proxy", `X-Forwarded-For is trusted from ${TRUST_PROXY.join(", ")}`)];
  if (GATEWAY_MODE === "development") return [];
  return [warning("proxy", "TRUST_PROXY is not set: behind a proxy all clients share one address and its rate limits")];
}

/** Messages of drivers and servers can contain addresses and account names. They are the operator's own, so they are shown. */
function errorMessageOf(error: unknown): string {
  const { message = "", code } = error as { message?: string; code?: string };
  return message || code || String(error);
}
