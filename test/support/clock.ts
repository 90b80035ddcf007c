import type { Clock } from "../../src/platform/clock.js";

/** A clock that runs like the machine's, and can be moved. */
export class MovableClock implements Clock {
  private offsetMs = 0;

  private frozenAt: number | undefined;

  now(): Date {
    return new Date((this.frozenAt ?? Date.now()) + this.offsetMs);
  }

  /** Runs `work` while time stands still. */
  async whileFrozen<T>(work: () => Promise<T>): Promise<T> {
    this.frozenAt = Date.now();
    try {
      return await work();
    } finally {
      this.frozenAt = undefined;
    }
  }

  /** Moves on by so much; negative values go back. */
  move({ seconds = 0, minutes = 0, hours = 0, days = 0 }: { seconds?: number; minutes?: number; hours?: number; days?: number }): void {
    this.offsetMs += (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  }
}
