import pino from "pino";
import type { CommandHost } from "../cli/index.js";
import { loadBackup, writeBackup } from "./backup.js";
import { completeRestore } from "./complete-restore.js";
import { composeServices, type Overrides } from "./compose.js";
import { diagnose } from "./doctor.js";
import { readEnvironment } from "./environment.js";
import type { Services } from "./services.js";

/** What the command line runs on: the environment, and the database and services it configures. */
export const commandHost: CommandHost = {
  diagnose,
  withServices: (work) => withServices({}, work),
  backup: async (file) => await writeBackup(readEnvironment(), file),
  restore: async (file, options) => await loadBackup(readEnvironment(), file, options),
  completeRestore: async ({ keepKeys = false }) =>
    await withServices({ acceptedRestore: "LOADED" }, (services) => completeRestore(services, keepKeys)),
};

async function withServices<T>(overrides: Overrides, work: (services: Services) => Promise<T>): Promise<T> {
  const log = pino({ level: "warn", base: null }, pino.destination(2));
  const container = await composeServices(readEnvironment(), { log, ...overrides });
  try {
    return await work(container.services);
  } finally {
    await container.close();
  }
}
