import pino from "pino";
import type { CommandHost } from "../cli/index.js";
import { composeServices } from "./compose.js";
import { diagnose } from "./doctor.js";
import { readEnvironment, searchPath } from "./environment.js";

/** What the command line runs on: the environment, and the database and services it configures. */
export const commandHost: CommandHost = {
  environment: readEnvironment,
  get searchPath() {
    return searchPath();
  },
  diagnose,
  withServices: async (work) => {
    const log = pino({ level: "warn", base: null }, pino.destination(2));
    const container = await composeServices(readEnvironment(), { log });
    try {
      return await work(container.services);
    } finally {
      await container.close();
    }
  },
};
