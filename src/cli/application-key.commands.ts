import { type Command, InvalidArgumentError } from "commander";
import { type AppKey, DEFAULT_OVERLAP_HOURS, MAX_APP_KEYS, MAX_OVERLAP_HOURS, type SecretKey } from "../domain/applications/index.js";
import { KeyManagement } from "../management/index.js";
import { type CommandHost, JSON_OPTION, type OutputOptions, operator, print, requireApplication, withCacheExpiry } from "./host.js";

interface RevokeOptions extends OutputOptions {
  readonly reason?: string;
}

/** The keys by which clients and back ends identify themselves. */
export function addApplicationKeyCommands(program: Command, host: CommandHost): void {
  const appKeys = program.command("app-keys").description("manage the public keys of applications (X-App-Key)");
  appKeys
    .command("list <applicationId>")
    .description("list the keys that work, newest first, with the day of their last use")
    .option(...JSON_OPTION)
    .action(listAppKeys.bind(null, host));
  appKeys
    .command("rotate <applicationId>")
    .description(`create a new key; the former ones work until they are revoked (at most ${MAX_APP_KEYS} keys)`)
    .option(...JSON_OPTION)
    .action(rotateAppKey.bind(null, host));
  appKeys
    .command("revoke <applicationId> <keyId>")
    .description("revoke a key other than the current one; clients that use it are rejected from the next request")
    .option("--reason <text>", "reason for the audit log")
    .option(...JSON_OPTION)
    .action(revokeAppKey.bind(null, host));
  const secretKeys = program.command("secret-keys").description("manage the secret keys of applications, for their back ends");
  secretKeys
    .command("list <applicationId>")
    .description("list the keys that work, newest first, without their values")
    .option(...JSON_OPTION)
    .action(listSecretKeys.bind(null, host));
  secretKeys
    .command("rotate <applicationId>")
    .description("create a new key, which is shown only once; the former one works for the overlap")
    .option(
      "--overlap-hours <hours>",
      `hours the former key continues to work, 0 to ${MAX_OVERLAP_HOURS}`,
      parseOverlap,
      DEFAULT_OVERLAP_HOURS,
    )
    .option(...JSON_OPTION)
    .action(rotateSecretKey.bind(null, host));
  secretKeys
    .command("revoke <applicationId> <keyId>")
    .description("revoke a key; back ends that use it are rejected from the next request")
    .option("--reason <text>", "reason for the audit log")
    .option(...JSON_OPTION)
    .action(revokeSecretKey.bind(null, host));
}

async function listAppKeys(host: CommandHost, id: string, { json }: OutputOptions): Promise<void> {
  const keys = await host.withServices(async (services) => {
    await requireApplication(services, id);
    return await services.applicationKeys.listAppKeys(id);
  });
  print(keys.map(appKeyRow), json);
}

async function rotateAppKey(host: CommandHost, id: string, { json }: OutputOptions): Promise<void> {
  const outcome = await withCacheExpiry(host, (services) => new KeyManagement(services).rotateAppKey(operator, id));
  if (outcome.kind === "not-found") throw new Error(`Application not found: ${id}`);
  if (outcome.kind === "too-many-keys") throw new Error(`${MAX_APP_KEYS} keys work already: revoke one with app-keys revoke first`);
  print(appKeyRow(outcome.key), json);
}

async function revokeAppKey(host: CommandHost, id: string, keyId: string, { json, ...reason }: RevokeOptions): Promise<void> {
  const outcome = await withCacheExpiry(host, (services) => new KeyManagement(services).revokeAppKey(operator, id, keyId, reason));
  if (outcome === "current") throw new Error("The current key cannot be revoked: create another one with app-keys rotate first");
  if (outcome === "not-found") throw new Error(`Key not found: ${keyId}`);
  print({ id: keyId, revoked: true }, json);
}

async function listSecretKeys(host: CommandHost, id: string, { json }: OutputOptions): Promise<void> {
  const keys = await host.withServices(async (services) => {
    await requireApplication(services, id);
    return await services.applicationKeys.listSecretKeys(id);
  });
  print(keys.map(secretKeyRow), json);
}

async function rotateSecretKey(
  host: CommandHost,
  id: string,
  { json, overlapHours }: OutputOptions & { overlapHours: number },
): Promise<void> {
  const outcome = await withCacheExpiry(host, (services) => new KeyManagement(services).rotateSecretKey(operator, id, overlapHours));
  if (outcome.kind === "not-found") throw new Error(`Application not found: ${id}`);
  print({ id: outcome.key.id, secretKey: outcome.secretKey }, json);
}

async function revokeSecretKey(host: CommandHost, id: string, keyId: string, { json, ...reason }: RevokeOptions): Promise<void> {
  const outcome = await withCacheExpiry(host, (services) => new KeyManagement(services).revokeSecretKey(operator, id, keyId, reason));
  if (outcome === "not-found") throw new Error(`Key not found: ${keyId}`);
  print({ id: keyId, revoked: true }, json);
}

function parseOverlap(text: string): number {
  const hours = Number(text);
  if (!/^\d{1,3}$/.test(text) || hours > MAX_OVERLAP_HOURS) throw new InvalidArgumentError(`expected 0 to ${MAX_OVERLAP_HOURS} hours`);
  return hours;
}

const appKeyRow = ({ id, value, isCurrent, createdAt, lastUsedOn }: AppKey) => ({
  ...{ id, value, isCurrent, createdAt: createdAt.toISOString() },
  lastUsedOn: lastUsedOn?.toISOString().slice(0, 10) ?? null,
});
const secretKeyRow = ({ id, prefix, createdAt, lastUsedAt, expiresAt }: SecretKey) => ({
  ...{ id, prefix, createdAt: createdAt.toISOString() },
  ...{ lastUsedAt: lastUsedAt?.toISOString() ?? null, expiresAt: expiresAt?.toISOString() ?? null },
});
