/**
 * Reads that many requests need at once. A caller gets the answer of a read that began after it asked, so it never sees something
 * older than its own request; callers that wait at the same time get the same read.
 */
export class CoalescedRead<Value> {
  private readonly running = new Map<string, Promise<Value>>();
  private readonly queued = new Map<string, Promise<Value>>();

  constructor(private readonly read: (key: string) => Promise<Value>) {}

  get(key: string): Promise<Value> {
    const next = this.queued.get(key);
    if (next) return next;
    const running = this.running.get(key);
    if (!running) return this.start(key);
    const queued = running.then(
      () => this.start(key),
      () => this.start(key),
    );
    this.queued.set(key, queued);
    return queued;
  }

  private start(key: string): Promise<Value> {
    this.queued.delete(key);
    const reading = this.read(key).finally(() => {
      if (this.running.get(key) === reading) this.running.delete(key);
    });
    this.running.set(key, reading);
    return reading;
  }
}
