import { setTimeout as delay } from "node:timers/promises";
import pino from "pino";
import { KEPT_MS } from "../applications/index.js";
import { composeFoundation } from "../compose.js";
import { readEnvironment } from "../environment.js";
import type { Nouns } from "../nouns.js";

/** Opens the database the environment names for one command, and closes it whatever happens. Logs go to stderr. */
export async function withNouns<T>(work: (nouns: Nouns) => Promise<T>): Promise<T> {
  const log = pino({ level: "warn", base: null }, pino.destination(2));
  const foundation = await composeFoundation(readEnvironment(), { log });
  try {
    return await work(foundation.nouns);
  } finally {
    await foundation.close();
  }
}

/** The same for changes that running gateways must use from the next request: it takes as long as they keep what they have read. */
export async function withChange<T>(work: (nouns: Nouns) => Promise<T>): Promise<T> {
  const result = await withNouns(work);
  await delay(KEPT_MS);
  return result;
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
