import { Worker } from "node:worker_threads";
import { GatewayError } from "../errors/index.js";

/** Maximum number of waiting jobs, and of admitted requests that are not being hashed; further callers receive UNAVAILABLE. */
const MAX_QUEUED_JOBS = 64;
/** A job that a client waits for is dropped after this time in the queue: the client has disconnected, or will before the answer. */
const MAX_WAIT_MS = 8000;
/** Requests are admitted while the expected wait is shorter, so that few jobs reach the maximum. */
const MAX_EXPECTED_WAIT_MS = 6000;
/** Weight of the newest job in the average duration. */
const AVERAGE_WEIGHT = 0.1;
/** A worker that exceeds it is replaced. */
const JOB_TIMEOUT_MS = 30_000;

/** True once the client that waits for a result has disconnected. */
export type IsAbandoned = () => boolean;
type Computation =
  | { readonly secret: string; readonly cost: number }
  | { readonly secret: string; readonly hash: string | null; readonly failureCosts: readonly number[] };
interface Job {
  readonly computation: Computation;
  /** Undefined when no client waits. */
  readonly isAbandoned: IsAbandoned | undefined;
  readonly resolve: (result: string | boolean) => void;
  readonly reject: (error: unknown) => void;
  /** Drops the job while it waits. */
  readonly waitTimeout: NodeJS.Timeout | undefined;
}
interface WorkerMessage {
  readonly id?: number;
  readonly ready?: string;
  readonly result?: string | boolean;
  readonly error?: string;
}
interface WorkerSlot {
  worker: Worker;
  job: Job | undefined;
  startedAtMs: number;
  timeout: NodeJS.Timeout | undefined;
  isReady: boolean;
}

const unavailable = (retryAfterSeconds: number, cause?: unknown) =>
  new GatewayError("UNAVAILABLE", { retryAfterSeconds, ...(cause === undefined ? {} : { cause }) });

/** bcrypt in a fixed number of worker threads, with one bounded FIFO queue. */
export class HashPool {
  private readonly slots: WorkerSlot[] = [];
  private readonly queue: Job[] = [];
  private admittedCount = 0;
  /** Moving average; 0 before the first job. */
  private averageJobMs = 0;
  private nextId = 0;
  private isClosed = false;
  /** The bcrypt implementation of the workers; known once the first is ready. */
  library = "bcryptjs";

  /** Threads start on demand, so that commands that hash nothing start none. */
  constructor(private readonly workerCount: number) {}

  /** Jobs waiting for a worker. */
  get queueDepth(): number {
    return this.queue.length;
  }

  /**
   * Runs `work`, which hashes. Call it before the request has caused other work: under overload a rejection must be cheap, or rejections
   * take the time that hashing needs.
   * @throws GatewayError UNAVAILABLE when the result could not be expected in time
   */
  async admit<T>(work: () => Promise<T>): Promise<T> {
    if (Math.max(this.admittedCount, this.queue.length) >= this.admissionLimit) {
      this.dropAbandoned();
      throw unavailable(2);
    }
    this.admittedCount++;
    try {
      return await work();
    } finally {
      this.admittedCount--;
    }
  }

  /** A bcrypt hash (`$2b$`) of at most 72 bytes of text without NUL. @throws GatewayError UNAVAILABLE when the job is not accepted or dropped */
  async hash(secret: string, cost: number, isAbandoned?: IsAbandoned): Promise<string> {
    return (await this.enqueue({ secret, cost }, isAbandoned)) as string;
  }

  /**
   * True when the hash matches the text; never without a hash. When it does not match, hashes of `failureCosts` are computed in addition.
   * @throws GatewayError UNAVAILABLE when the job is not accepted or dropped
   */
  async verify(secret: string, hash: string | null, failureCosts: readonly number[], isAbandoned?: IsAbandoned): Promise<boolean> {
    return (await this.enqueue({ secret, hash, failureCosts }, isAbandoned)) as boolean;
  }

  /** Starts the threads that have not been needed yet. */
  startThreads(): void {
    this.openSlots(this.workerCount);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const job of [...this.queue]) this.drop(job);
    await Promise.all(this.slots.map(({ worker }) => worker.terminate()));
  }

  private get admissionLimit(): number {
    const inTime = Math.floor((this.workerCount * MAX_EXPECTED_WAIT_MS) / Math.max(this.averageJobMs, 1));
    return this.workerCount + Math.min(inTime, MAX_QUEUED_JOBS);
  }

  private enqueue(computation: Computation, isAbandoned: IsAbandoned | undefined): Promise<string | boolean> {
    const jobCount = this.slots.filter(({ job }) => job).length + this.queue.length;
    // As many as are admitted: while threads start, the jobs that they will run wait with the others.
    if (jobCount >= this.workerCount + MAX_QUEUED_JOBS || this.isClosed) throw unavailable(2);
    this.openSlots(jobCount + 1);
    return new Promise((resolve, reject) => {
      const waitTimeout = isAbandoned && setTimeout(() => this.drop(job), MAX_WAIT_MS);
      const job: Job = { computation, isAbandoned, resolve, reject, waitTimeout };
      this.queue.push(job);
      this.dispatch();
    });
  }

  private drop(job: Job): void {
    this.queue.splice(this.queue.indexOf(job), 1);
    clearTimeout(job.waitTimeout);
    job.reject(unavailable(2));
  }

  private dropAbandoned(): void {
    for (const job of this.queue.filter(({ isAbandoned }) => isAbandoned?.())) this.drop(job);
  }

  private dispatch(): void {
    for (const slot of this.slots) {
      if (!slot.isReady || slot.job) continue;
      while (this.queue[0]?.isAbandoned?.()) this.drop(this.queue[0]);
      const job = this.queue.shift();
      if (!job) return;
      clearTimeout(job.waitTimeout);
      slot.job = job;
      slot.startedAtMs = performance.now();
      slot.timeout = setTimeout(() => this.replaceWorker(slot, new Error("Hashing job timed out")), JOB_TIMEOUT_MS);
      slot.worker.postMessage({ id: this.nextId++, ...job.computation });
    }
  }

  private openSlots(count: number): void {
    while (!this.isClosed && this.slots.length < Math.min(count, this.workerCount)) this.slots.push(this.openSlot());
  }

  private openSlot(): WorkerSlot {
    const slot: WorkerSlot = { worker: startWorker(), job: undefined, startedAtMs: 0, timeout: undefined, isReady: false };
    this.listen(slot);
    return slot;
  }

  private listen(slot: WorkerSlot): void {
    const { worker } = slot;
    worker.on("message", (message: WorkerMessage) => {
      if (message.ready) {
        this.library = message.ready;
        slot.isReady = true;
      } else this.settle(slot, message);
      this.dispatch();
    });
    worker.on("error", (error) => this.replaceWorker(slot, error));
    worker.on("exit", () => {
      if (slot.worker === worker) this.replaceWorker(slot, new Error("Hashing worker exited"));
    });
  }

  private settle(slot: WorkerSlot, message: WorkerMessage): void {
    const { job } = slot;
    clearTimeout(slot.timeout);
    slot.job = undefined;
    if (!job) return;
    const jobMs = performance.now() - slot.startedAtMs;
    this.averageJobMs = this.averageJobMs === 0 ? jobMs : this.averageJobMs + AVERAGE_WEIGHT * (jobMs - this.averageJobMs);
    if (message.error === undefined) job.resolve(message.result as string | boolean);
    else job.reject(new Error(message.error));
  }

  private replaceWorker(slot: WorkerSlot, cause: unknown): void {
    const { job, worker } = slot;
    clearTimeout(slot.timeout);
    slot.job = undefined;
    slot.isReady = false;
    job?.reject(unavailable(1, cause));
    if (this.isClosed) return;
    slot.worker = startWorker();
    this.listen(slot);
    void worker.terminate();
  }
}

function startWorker(): Worker {
  const worker = new Worker(new URL("./bcrypt-worker.mjs", import.meta.url));
  worker.unref();
  return worker;
}
