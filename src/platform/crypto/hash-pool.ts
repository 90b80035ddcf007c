import { Worker } from "node:worker_threads";
import { GatewayError } from "../errors/index.js";

/** Maximum number of waiting jobs; further callers receive UNAVAILABLE. */
const MAX_QUEUED_JOBS = 64;
/** A worker that exceeds it is replaced. */
const JOB_TIMEOUT_MS = 30_000;

interface Job {
  readonly secret: string;
  readonly cost?: number;
  readonly hash?: string;
  readonly resolve: (result: string | boolean) => void;
  readonly reject: (error: unknown) => void;
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
  timeout: NodeJS.Timeout | undefined;
  isReady: boolean;
}

/** bcrypt in a fixed number of worker threads, with one bounded FIFO queue. */
export class HashPool {
  private readonly slots: WorkerSlot[] = [];
  private readonly queue: Job[] = [];
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

  /** A bcrypt hash (`$2b$`) of at most 72 bytes of text without NUL. @throws GatewayError UNAVAILABLE when the queue is full */
  async hash(secret: string, cost: number): Promise<string> {
    return (await this.enqueue({ secret, cost })) as string;
  }

  /** True when the hash matches the text. False for a malformed hash. @throws GatewayError UNAVAILABLE when the queue is full */
  async compare(secret: string, hash: string): Promise<boolean> {
    return (await this.enqueue({ secret, hash })) as boolean;
  }

  /** Starts the threads that have not been needed yet. */
  startThreads(): void {
    this.openSlots(this.workerCount);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const job of this.queue.splice(0)) job.reject(new GatewayError("UNAVAILABLE", { retryAfterSeconds: 1 }));
    await Promise.all(this.slots.map(({ worker }) => worker.terminate()));
  }

  private enqueue(job: Pick<Job, "secret" | "cost" | "hash">): Promise<string | boolean> {
    if (this.queue.length >= MAX_QUEUED_JOBS || this.isClosed) throw new GatewayError("UNAVAILABLE", { retryAfterSeconds: 2 });
    this.openSlots(this.slots.filter(({ job }) => job).length + this.queue.length + 1);
    return new Promise((resolve, reject) => {
      this.queue.push({ ...job, resolve, reject });
      this.dispatch();
    });
  }

  private dispatch(): void {
    for (const slot of this.slots) {
      if (!slot.isReady || slot.job) continue;
      const job = this.queue.shift();
      if (!job) return;
      slot.job = job;
      slot.timeout = setTimeout(() => this.replaceWorker(slot, new Error("Hashing job timed out")), JOB_TIMEOUT_MS);
      slot.worker.postMessage({ id: this.nextId++, secret: job.secret, cost: job.cost, hash: job.hash });
    }
  }

  private openSlots(count: number): void {
    while (!this.isClosed && this.slots.length < Math.min(count, this.workerCount)) this.slots.push(this.openSlot());
  }

  private openSlot(): WorkerSlot {
    const slot: WorkerSlot = { worker: startWorker(), job: undefined, timeout: undefined, isReady: false };
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
    if (message.error === undefined) job.resolve(message.result as string | boolean);
    else if (job.hash !== undefined) job.resolve(false);
    else job.reject(new Error(message.error));
  }

  private replaceWorker(slot: WorkerSlot, cause: unknown): void {
    const { job, worker } = slot;
    clearTimeout(slot.timeout);
    slot.job = undefined;
    slot.isReady = false;
    job?.reject(new GatewayError("UNAVAILABLE", { retryAfterSeconds: 1, cause }));
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
