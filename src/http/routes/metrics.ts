import type { FastifyInstance } from "fastify";
import { equalsInConstantTime } from "../../platform/crypto/index.js";
import { GatewayError } from "../../platform/errors/index.js";
import type { Metrics } from "../metrics.js";

interface MetricsAccess {
  readonly GATEWAY_MODE: "development" | "production";
  readonly METRICS_TOKEN?: string | undefined;
}

/** For Prometheus: with METRICS_TOKEN as bearer; without one only in development. To everybody else there is no such page. */
export function addMetricsRoute(server: FastifyInstance, metrics: Metrics, { GATEWAY_MODE, METRICS_TOKEN }: MetricsAccess): void {
  server.get("/metrics", async (request, reply) => {
    const isOpen = METRICS_TOKEN === undefined && GATEWAY_MODE === "development";
    const isAllowed =
      isOpen || (METRICS_TOKEN !== undefined && equalsInConstantTime(request.headers.authorization ?? "", `Bearer ${METRICS_TOKEN}`));
    if (!isAllowed) throw new GatewayError("FORBIDDEN", { status: 404 });
    await reply
      .header("Cache-Control", "no-store")
      .type(metrics.contentType)
      .send(await metrics.render());
  });
}
