import { type Application, rotatesUnnamedKeys } from "../domain/applications/index.js";
import { inApplication, internalContext } from "../domain/request-context.js";
import { addSeconds } from "../platform/clock.js";
import { deleteExpired } from "../platform/database/index.js";
import type { Services } from "./services.js";

const RUN_INTERVAL_MS = 10 * 60_000;
const BATCH_SIZE = 500;
/** Batches of one task per run; the rest is left for the next run. */
const MAX_BATCHES_PER_RUN = 20;

type Dependencies = Pick<
  Services,
  "retentionRules" | "encryptedColumns" | "database" | "clock" | "log" | "applicationRegistry" | "signingKeys" | "deliveries" | "audit"
>;

/** Periodic maintenance in small batches: deletes expired rows, re-encrypts secrets under the current master key, rotates signing keys. */
export class Maintenance {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(private readonly dependencies: Dependencies) {}

  start(): void {
    const run = () => {
      this.running = this.runOnce();
    };
    this.timer = setInterval(run, RUN_INTERVAL_MS);
    this.timer.unref();
    run();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Runs every task once. A failing task does not prevent the others. */
  async runOnce(): Promise<void> {
    for (const task of [
      () => this.deleteExpired(),
      () => this.dependencies.deliveries.eraseExpiredPayloads(),
      () => this.reencrypt(),
      () => this.rotateKeys(),
    ])
      if (!this.isStopped) await task().catch((error: unknown) => this.dependencies.log.error({ err: error }, "maintenance task failed"));
  }

  private async deleteExpired(): Promise<void> {
    const { retentionRules, database, clock } = this.dependencies;
    for (const rule of retentionRules)
      await this.inBatches(() => database.transaction((tx) => deleteExpired(tx, rule, clock.now(), BATCH_SIZE)));
  }

  private async reencrypt(): Promise<void> {
    const { encryptedColumns, log } = this.dependencies;
    let count = 0;
    for (const column of encryptedColumns.columns)
      await this.inBatches(async () => {
        const done = await encryptedColumns.reencrypt(column, BATCH_SIZE);
        count += done;
        return done;
      });
    if (count > 0) log.info({ count }, "secrets re-encrypted under the current master key");
  }

  /**
   * Rotates keys older than token.rotationDays. An application whose next key cannot be used yet is left for the next run. One whose tokens
   * name no key is left out: earlier releases accepted the two settings together.
   */
  private async rotateKeys(): Promise<void> {
    const { applicationRegistry, log } = this.dependencies;
    let after: Application | undefined;
    do {
      const page = await applicationRegistry.list(BATCH_SIZE, after);
      for (const application of page.filter(({ settings }) => settings.token.rotationDays > 0 && !rotatesUnnamedKeys(settings)))
        await this.rotateKey(application).catch((error: unknown) =>
          log.warn({ err: error, applicationId: application.id }, "automatic signing key rotation failed"),
        );
      after = page.length < BATCH_SIZE ? undefined : page.at(-1);
    } while (after && !this.isStopped);
  }

  private async rotateKey(application: Application): Promise<void> {
    const { signingKeys, audit, clock, database } = this.dependencies;
    const { id: applicationId, settings } = application;
    const usedSince = await signingKeys.findUsedSince(applicationId);
    if (!usedSince || addSeconds(usedSince, settings.token.rotationDays * 86_400) > clock.now()) return;
    await database.transaction(async () => {
      const kid = await signingKeys.rotate(applicationId);
      await audit.success(inApplication(internalContext("GATEWAY"), application), "SIGNING_KEY_ROTATED", { kid, automatic: true });
    });
  }

  private async inBatches(step: () => Promise<number>): Promise<void> {
    for (let batch = 0; batch < MAX_BATCHES_PER_RUN && !this.isStopped; batch++) if ((await step()) < BATCH_SIZE) return;
  }
}
