import { setTimeout as delay } from "node:timers/promises";
import { InvalidArgumentError } from "commander";
import type { Services } from "../app/services.js";
import type { Application } from "../domain/applications/index.js";
import { internalContext } from "../domain/request-context.js";
import { canonicalEmail, type User } from "../domain/users/index.js";
import { CACHE_TTL_MS } from "../platform/read-through-cache.js";

const MAX_ROWS = 1000;

/** Commands run as the operator of the gateway. */
export const operator = internalContext("OPERATOR");

/** One finding of `doctor`. A warning needs attention; a failure prevents the gateway from working. */
export interface Finding {
  readonly check: string;
  readonly status: "ok" | "warning" | "failure";
  readonly detail: string;
}

export interface WrittenBackup {
  /** In ISO 8601. */
  readonly createdAt: string;
  readonly rows: number;
}
export interface RestoredBackup extends WrittenBackup {
  /** Describes the database; contains no credentials. */
  readonly database: string;
}
export interface RestoreOptions {
  /** The name of the database, when its contents may be deleted. */
  readonly replace?: string;
}
export interface CompletionOptions {
  readonly keepKeys?: boolean;
}

/** What the composition root provides to commands. */
export interface CommandHost {
  /** Writes a new file. */
  backup(file: string): Promise<WrittenBackup>;
  /** Loads a backup; `completeRestore` must follow. @throws Error before anything is changed when it cannot be restored */
  restore(file: string, options: RestoreOptions): Promise<RestoredBackup>;
  /** Invalidates what a restored backup makes valid again; returns the ids of the applications that have new signing keys. */
  completeRestore(options: CompletionOptions): Promise<readonly string[]>;
  /** Opens the configured database for one command and always closes it. Logs go to stderr. */
  withServices<T>(work: (services: Services) => Promise<T>): Promise<T>;
  /** Checks the environment and all dependencies without changing anything. */
  diagnose(): Promise<readonly Finding[]>;
}

/** Like `withServices`, but waits until the caches of running gateways have expired, so that the change is in effect everywhere. */
export async function withCacheExpiry<T>(host: CommandHost, work: (services: Services) => Promise<T>): Promise<T> {
  const result = await host.withServices(work);
  await delay(CACHE_TTL_MS);
  return result;
}

/** @throws Error when there is no such application */
export async function requireApplication({ applicationRegistry }: Services, id: string): Promise<Application> {
  const application = await applicationRegistry.find(id);
  if (!application) throw new Error(`Application not found: ${id}`);
  return application;
}

/** A user by whole address or id. @throws Error when there is no such user or application */
export async function findUser(services: Services, applicationId: string, emailOrId: string): Promise<User> {
  await requireApplication(services, applicationId);
  const email = canonicalEmail(emailOrId);
  const user = await (email ? services.users.findByHandle(applicationId, email) : services.users.findById(applicationId, emailOrId));
  if (!user) throw new Error(`User not found: ${emailOrId}`);
  return user;
}

/** For options that limit the length of a list. @throws InvalidArgumentError */
export function parseLimit(text: string): number {
  const count = Number(text);
  if (!/^\d{1,4}$/.test(text) || count < 1 || count > MAX_ROWS) throw new InvalidArgumentError(`expected 1 to ${MAX_ROWS}`);
  return count;
}

export const JSON_OPTION = ["--json", "print only JSON to stdout"] as const;
export interface OutputOptions {
  readonly json?: boolean;
}

/** Prints a result as JSON or as readable lines. */
export function print(value: object, asJson: boolean | undefined): void {
  const lines = (entry: object) =>
    Object.entries(entry)
      .map(([name, field]) => `${name}: ${formatField(field)}\n`)
      .join("");
  const text = Array.isArray(value) ? value.map(lines).join("\n") : lines(value);
  process.stdout.write(asJson ? `${JSON.stringify(value, null, 2)}\n` : text);
}

/** Times are printed in UTC (ISO 8601). */
function formatField(field: unknown): string {
  if (field instanceof Date) return field.toISOString();
  return typeof field === "object" ? JSON.stringify(field) : String(field);
}
