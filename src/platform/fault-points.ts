import type { Logger } from "pino";

/** Points at which a test can suspend the process, to kill it there. */
export type FaultPointName =
  | "outbox.before-claim"
  | "outbox.before-send"
  | "outbox.after-send"
  | "sign-up.before-commit"
  | "sign-up.after-commit";

/** Suspends forever at the point named by FAULT_POINT; does nothing elsewhere. Not allowed in production. */
export class FaultPoints {
  constructor(
    private readonly active: string | undefined,
    private readonly log: Logger,
  ) {}

  async pauseAt(name: FaultPointName): Promise<void> {
    if (this.active !== name) return;
    this.log.warn({ faultPoint: name }, "paused at fault point");
    await new Promise<never>(() => {});
  }
}
