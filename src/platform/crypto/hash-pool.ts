import { Worker } from "node:worker_threads";
import { Refusal } from "../errors/index.js";

/** Jobs that may wait beside those that run; beyond it callers are told to come back. */
const QUEUE_LIMIT = 64;
/** A job that has not been answered by then is given up and its worker replaced, in milliseconds. */
const JOB_DEADLINE_MS = 30_000;

interface Job {
  readonly secret: string;
  readonly cost?: number;
  readonly hash?: string;
  readonly resolve: (result: string | boolean) => void;
  readonly reject: (error: unknown) => void;
}
interface Answer {
  readonly id?: number;
  readonly ready?: string;
  readonly result?: string | boolean;
  readonly error?: string;
}
interface Seat {
  worker: Worker;
  job: Job | undefined;
  deadline: NodeJS.Timeout | undefined;
  isReady: boolean;
}

/** bcrypt in worker threads: as many as configured, one queue in order of arrival with a bound. */
export class HashPool {
  private readonly seats: Seat[] = [];
  private readonly queue: Job[] = [];
  private nextId = 0;
  private isClosed = false;
  /** The library the workers use; known once the first is ready. */
  library = "bcryptjs";

  /** Threads start with the first job: commands that hash nothing start none. */
  constructor(private readonly workers: number) {}

  /** Jobs waiting for a worker. */
  get depth(): number {
    return this.queue.length;
  }

  /** A bcrypt hash (`$2b$`) of at most 72 bytes of text without NUL. @throws Refusal UNAVAILABLE when the queue is full */
  async hash(secret: string, cost: number): Promise<string> {
    return (await this.enqueue({ secret, cost })) as string;
  }

  /** True when the hash is of this text. False for a malformed hash. @throws Refusal UNAVAILABLE when the queue is full */
  async compare(secret: string, hash: string): Promise<boolean> {
    return (await this.enqueue({ secret, hash })) as boolean;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const job of this.queue.splice(0)) job.reject(new Refusal("UNAVAILABLE", { retryAfterSeconds: 1 }));
    await Promise.all(this.seats.map(({ worker }) => worker.terminate()));
  }

  private enqueue(job: Pick<Job, "secret" | "cost" | "hash">): Promise<string | boolean> {
    if (this.queue.length >= QUEUE_LIMIT || this.isClosed) throw new Refusal("UNAVAILABLE", { retryAfterSeconds: 2 });
    while (this.seats.length < this.workers) this.seats.push(this.openSeat());
    return new Promise((resolve, reject) => {
      this.queue.push({ ...job, resolve, reject });
      this.assign();
    });
  }

  private assign(): void {
    for (const seat of this.seats) {
      if (!seat.isReady || seat.job) continue;
      const job = this.queue.shift();
      if (!job) return;
      seat.job = job;
      seat.deadline = setTimeout(() => this.replace(seat, new Error("A hashing job took too long")), JOB_DEADLINE_MS);
      seat.worker.postMessage({ id: this.nextId++, secret: job.secret, cost: job.cost, hash: job.hash });
    }
  }

  private openSeat(): Seat {
    const seat: Seat = { worker: startWorker(), job: undefined, deadline: undefined, isReady: false };
    this.listen(seat);
    return seat;
  }

  private listen(seat: Seat): void {
    const { worker } = seat;
    worker.on("message", (answer: Answer) => {
      if (answer.ready) {
        this.library = answer.ready;
        seat.isReady = true;
      } else this.finish(seat, answer);
      this.assign();
    });
    worker.on("error", (error) => this.replace(seat, error));
    worker.on("exit", () => {
      if (seat.worker === worker) this.replace(seat, new Error("A hashing worker stopped"));
    });
  }

  private finish(seat: Seat, answer: Answer): void {
    const { job } = seat;
    clearTimeout(seat.deadline);
    seat.job = undefined;
    if (!job) return;
    if (answer.error === undefined) job.resolve(answer.result as string | boolean);
    else if (job.hash !== undefined) job.resolve(false);
    else job.reject(new Error(answer.error));
  }

  private replace(seat: Seat, cause: unknown): void {
    const { job, worker } = seat;
    clearTimeout(seat.deadline);
    seat.job = undefined;
    seat.isReady = false;
    job?.reject(new Refusal("UNAVAILABLE", { retryAfterSeconds: 1, cause }));
    if (this.isClosed) return;
    seat.worker = startWorker();
    this.listen(seat);
    void worker.terminate();
  }
}

function startWorker(): Worker {
  const worker = new Worker(new URL("./bcrypt-worker.mjs", import.meta.url));
  worker.unref();
  return worker;
}
