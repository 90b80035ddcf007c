import type { Application } from "../domain/applications/index.js";
import { addSeconds } from "../platform/clock.js";
import type { Nouns } from "./services.js";

const EVERY_MS = 10 * 60_000;
const BATCH = 500;
/** Batches of one kind in one round; what is left waits for the next. */
const BATCHES = 20;

type Parts = Pick<Nouns, "retained" | "sealed" | "database" | "clock" | "log" | "applicationRegistry" | "signingKeys" | "audit">;

/** What goes on beside requests: expired rows go, secrets move to today's master key, signing keys are renewed. In small steps. */
export class Housekeeping {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(private readonly parts: Parts) {}

  start(): void {
    const round = () => {
      this.running = this.sweep();
    };
    this.timer = setInterval(round, EVERY_MS);
    this.timer.unref();
    round();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** One round. One part that fails does not keep the others from their work. */
  async sweep(): Promise<void> {
    for (const part of [() => this.purge(), () => this.reseal(), () => this.rotateKeys()])
      await part().catch((error: unknown) => this.parts.log.error({ err: error }, "housekeeping failed"));
  }

  private async purge(): Promise<void> {
    const { retained, database, clock } = this.parts;
    for (const rows of retained)
      await this.inBatches(() => database.transaction(async () => (await rows.deleteExpired?.(clock.now(), BATCH)) ?? 0));
  }

  private async reseal(): Promise<void> {
    const { sealed, log } = this.parts;
    let count = 0;
    for (const rows of sealed)
      await this.inBatches(async () => {
        const done = await rows.reseal(BATCH);
        count += done;
        return done;
      });
    if (count > 0) log.info({ count }, "secrets sealed anew under the first master key");
  }

  /** Applications with token.rotationDays whose key has signed so long. A strip that is not ready waits for the next round. */
  private async rotateKeys(): Promise<void> {
    const { applicationRegistry, log } = this.parts;
    let after: Application | undefined;
    do {
      const page = await applicationRegistry.list(BATCH, after);
      for (const application of page.filter(({ settings }) => settings.token.rotationDays > 0))
        await this.rotateKey(application).catch((error: unknown) =>
          log.warn({ err: error, applicationId: application.id }, "signing key not rotated"),
        );
      after = page.length < BATCH ? undefined : page.at(-1);
    } while (after && !this.isStopped);
  }

  private async rotateKey({ id: applicationId, settings }: Application): Promise<void> {
    const { signingKeys, audit, clock, database } = this.parts;
    const usedSince = await signingKeys.findUsedSince(applicationId);
    if (!usedSince || addSeconds(usedSince, settings.token.rotationDays * 86_400) > clock.now()) return;
    await database.transaction(async () => {
      const kid = await signingKeys.rotate(applicationId);
      await audit.record({ applicationId, event: "SIGNING_KEY_ROTATED", outcome: "SUCCESS", details: { kid, automatic: true } });
    });
  }

  private async inBatches(step: () => Promise<number>): Promise<void> {
    for (let batch = 0; batch < BATCHES && !this.isStopped; batch++) if ((await step()) < BATCH) return;
  }
}
