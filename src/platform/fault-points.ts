import type { Logger } from "pino";

/** Places where a test may stop the process for ever, to kill it there. */
export type FaultPointName =
  | "outbox.before-claim"
  | "outbox.before-send"
  | "outbox.after-send"
  | "sign-up.before-commit"
  | "sign-up.after-commit";

/** Pauses for ever at the one place FAULT_POINT names; everywhere else it does nothing. Refused in production. */
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
