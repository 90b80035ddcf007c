import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Services } from "../app/services.js";
import type { OutboxDispatcher } from "../domain/messaging/index.js";

type Parts = Pick<Services, "audit" | "hasher" | "outbox">;

const DURATION_BUCKETS_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Metrics in Prometheus' text format. No label contains a handle, an address or data of an application. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly requests: Histogram<"path" | "method" | "status">;
  private readonly errors: Counter<"code">;

  constructor({ audit, hasher, outbox }: Parts, dispatcher: Pick<OutboxDispatcher, "onFinished">) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry, prefix: "latchkey_" });
    this.requests = new Histogram({
      name: "latchkey_request_seconds",
      help: "Duration of HTTP requests in seconds, by route",
      labelNames: ["path", "method", "status"],
      buckets: DURATION_BUCKETS_SECONDS,
      registers,
    });
    this.errors = new Counter({
      name: "latchkey_errors_total",
      help: "Database errors and unexpected errors, by error code",
      labelNames: ["code"],
      registers,
    });
    const events = new Counter({
      name: "latchkey_events_total",
      help: "Audit events: log-ins, sign-ups, resets, rejected codes, exceeded rate limits",
      labelNames: ["event", "outcome", "code"],
      registers,
    });
    audit.onRecord((event, outcome, details) => events.inc({ event, outcome, code: String(details["code"] ?? "") }));
    const messages = new Counter({
      name: "latchkey_messages_total",
      help: "Messages whose delivery ended, by final status and template",
      labelNames: ["status", "template"],
      registers,
    });
    dispatcher.onFinished((status, template) => messages.inc({ status, template }));
    const waiting = new Gauge({ name: "latchkey_outbox_waiting", help: "Messages waiting to be sent", registers });
    const oldest = new Gauge({ name: "latchkey_outbox_oldest_seconds", help: "Age of the oldest waiting message in seconds", registers });
    const queue = new Gauge({ name: "latchkey_hash_queue", help: "Password hashing jobs waiting for a thread", registers });
    this.collectGauges = async () => {
      const backlog = await outbox.measureBacklog();
      waiting.set(backlog.waiting);
      oldest.set(backlog.oldestSeconds);
      queue.set(hasher.queueDepth);
    };
  }

  observeRequest(path: string, method: string, status: number, seconds: number): void {
    this.requests.observe({ path, method, status: String(status) }, seconds);
  }

  countError(code: string): void {
    this.errors.inc({ code });
  }

  /** Renders all metrics. While the database is unavailable, the outbox gauges are stale and latchkey_errors_total is incremented. */
  async render(): Promise<string> {
    await this.collectGauges().catch(() => this.countError("UNAVAILABLE"));
    return await this.registry.metrics();
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  private readonly collectGauges: () => Promise<void>;
}
