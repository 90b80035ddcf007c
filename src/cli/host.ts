import { setTimeout as delay } from "node:timers/promises";
import type { Services } from "../app/services.js";
import { internalContext } from "../domain/request-context.js";
import { CACHE_TTL_MS } from "../platform/read-through-cache.js";

/** The command line acts as the operator of the gateway. */
export const operator = internalContext("OPERATOR");

/** One check of `doctor`. A warning deserves attention, a failure keeps the gateway from working. */
export interface Finding {
  readonly check: string;
  readonly status: "ok" | "warning" | "failure";
  readonly detail: string;
}

/** What commands are given by the composition root. */
export interface CommandHost {
  /** @throws InvalidEnvironmentError */
  environment(): { readonly DATABASE_URL: string };
  /** The PATH on which external commands are looked up. */
  readonly searchPath: string;
  /** Opens the database the environment names for one command, and closes it whatever happens. Logs go to stderr. */
  withServices<T>(work: (nouns: Services) => Promise<T>): Promise<T>;
  /** Checks everything the gateway needs, and changes nothing. */
  diagnose(): Promise<readonly Finding[]>;
}

/** `withServices` for changes that running gateways must use from the next request: takes as long as they cache what they have read. */
export async function withCacheExpiry<T>(host: CommandHost, work: (nouns: Services) => Promise<T>): Promise<T> {
  const result = await host.withServices(work);
  await delay(CACHE_TTL_MS);
  return result;
}

export const JSON_OPTION = ["--json", "print only JSON to stdout"] as const;
export interface OutputOptions {
  readonly json?: boolean;
}

/** Writes a result: JSON for programs, else lines for people. */
export function print(value: object, asJson: boolean | undefined): void {
  const lines = (entry: object) =>
    Object.entries(entry)
      .map(([name, field]) => `${name}: ${typeof field === "object" ? JSON.stringify(field) : String(field)}\n`)
      .join("");
  const text = Array.isArray(value) ? value.map(lines).join("\n") : lines(value);
  process.stdout.write(asJson ? `${JSON.stringify(value, null, 2)}\n` : text);
}
