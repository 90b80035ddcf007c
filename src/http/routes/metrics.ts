import type { FastifyInstance } from "fastify";
import { equalsInConstantTime } from "../../platform/crypto/index.js";
import { GatewayError } from "../../platform/errors/index.js";
import type { Metrics } from "../metrics.js";

interface MetricsAccess {
  readonly GATEWAY_MODE: "development" | "production";
  readonly METRICS_TOKEN?: string | undefined;
}

/** For Prometheus. Requires METRICS_TOKEN as bearer token; without that variable, served in development only. Otherwise 404. */
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
