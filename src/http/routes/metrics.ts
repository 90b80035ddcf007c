import type { FastifyInstance } from "fastify";
import { equalsInConstantTime } from "../../crypto/index.js";
import type { Environment } from "../../environment.js";
import { Refusal } from "../../errors/index.js";
import type { Metrics } from "../metrics.js";

/** For Prometheus: with METRICS_TOKEN as bearer; without one only in development. To everybody else there is no such page. */
export function addMetricsRoute(server: FastifyInstance, metrics: Metrics, { GATEWAY_MODE, METRICS_TOKEN }: Environment): void {
  server.get("/metrics", async (request, reply) => {
    const isOpen = METRICS_TOKEN === undefined && GATEWAY_MODE === "development";
    const isAllowed =
      isOpen || (METRICS_TOKEN !== undefined && equalsInConstantTime(request.headers.authorization ?? "", `Bearer ${METRICS_TOKEN}`));
    if (!isAllowed) throw new Refusal("FORBIDDEN", { status: 404 });
    await reply
      .header("Cache-Control", "no-store")
      .type(metrics.contentType)
      .send(await metrics.print());
  });
}
