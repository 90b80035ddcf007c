/** Runs `work` at most once per interval and never twice at a time; in between, callers share the last outcome. */
export function atMostEvery(intervalMs: number, work: () => Promise<void>): () => Promise<void> {
  let [startedAt, isRunning, outcome] = [Number.NEGATIVE_INFINITY, false, Promise.resolve()];
  return () => {
    if (!isRunning && performance.now() - startedAt >= intervalMs) {
      [startedAt, isRunning] = [performance.now(), true];
      outcome = work().finally(() => {
        isRunning = false;
      });
      outcome.catch(() => {});
    }
    return outcome;
  };
}

/** Limits concurrency to `width`; further work waits in order of arrival. */
export class Semaphore {
  private readonly waiting: (() => void)[] = [];
  private acquired = 0;

  constructor(private readonly permits: number) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.acquired >= this.permits) await new Promise<void>((acquire) => this.waiting.push(acquire));
    else this.acquired++;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.acquired--;
    }
  }
}
