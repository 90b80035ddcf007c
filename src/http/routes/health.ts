import { setTimeout as delay } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import type { Database } from "../../platform/database/index.js";
import { ReadThroughCache } from "../../platform/read-through-cache.js";

/** Whether the gateway accepts new requests; false during start and shutdown. */
export interface Readiness {
  isReady: boolean;
}

const READINESS_TIMEOUT_MS = 2000;

/** Liveness: the process responds. Readiness: it accepts requests, and its database reads and writes. */
export function addHealthRoutes(server: FastifyInstance, database: Database, readiness: Readiness): void {
  server.get("/health/live", async (_request, reply) => {
    await reply.header("Cache-Control", "no-store").send({ status: "live" });
  });
  // Concurrent requests share one check of the database; its write is at most one second old.
  const databaseCheck = new ReadThroughCache({ read: () => findDatabaseFailure(database) });
  server.get("/health/ready", async (_request, reply) => {
    const reason = readiness.isReady ? await databaseCheck.get("") : "draining";
    void reply.header("Cache-Control", "no-store").code(reason ? 503 : 200);
    await reply.send(reason ? { status: "not ready", reason } : { status: "ready" });
  });
}

async function findDatabaseFailure(database: Database): Promise<string | null> {
  const check = database.checkReadiness().then(
    () => null,
    () => "database",
  );
  return await Promise.race([check, delay(READINESS_TIMEOUT_MS, "database", { ref: false })]);
}
