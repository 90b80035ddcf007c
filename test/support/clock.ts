import type { Clock } from "../../src/platform/clock.js";

/** A clock that follows the system clock and can be moved. */
export class MovableClock implements Clock {
  private offsetMs = 0;

  private frozenAt: number | undefined;

  now(): Date {
    return new Date((this.frozenAt ?? Date.now()) + this.offsetMs);
  }

  /** Runs `work` while the clock is stopped. */
  async whileFrozen<T>(work: () => Promise<T>): Promise<T> {
    this.frozenAt = Date.now();
    try {
      return await work();
    } finally {
      this.frozenAt = undefined;
    }
  }

  /** Sets the clock to `instant`, to the millisecond if it is frozen. */
  moveTo(instant: Date): void {
    this.offsetMs += instant.getTime() - this.now().getTime();
  }

  /** Advances the clock; negative values move it back. */
  move({ seconds = 0, minutes = 0, hours = 0, days = 0 }: { seconds?: number; minutes?: number; hours?: number; days?: number }): void {
    this.offsetMs += (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  }
}
