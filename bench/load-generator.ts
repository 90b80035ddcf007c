import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** An HTTP response as received. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}
/** One measurement: a rate or a duration, and the CPU time of the server process per response. */
export interface Sample {
  readonly value: number;
  /** CPU microseconds of all threads; undefined where /proc is not available. */
  readonly cpu?: number;
}
/** A repeated request, and how a successful response is recognised: error responses are not measured. */
export interface Workload {
  readonly port: number;
  /** The server process. */
  readonly pid?: number;
  /** The next request of this client. */
  readonly request: (client: number) => Buffer;
  readonly isExpected: (answer: HttpAnswer) => boolean;
  /** Receives every successful response. */
  readonly onAnswer?: (answer: HttpAnswer, client: number) => void;
}

const REJECTED_CLIENT_PAUSE_MS = 1000;
const HEAD_END = Buffer.from("\r\n\r\n");

/**
 * One keep-alive HTTP/1.1 connection with one request at a time. Much cheaper than a full client, so that it does not distort the
 * measurement.
 */
class Connection {
  private received: Buffer = Buffer.alloc(0);
  private pending: { readonly resolve: (answer: HttpAnswer) => void; readonly reject: (error: Error) => void } | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.receive(chunk));
    socket.on("close", () => this.fail(new Error("The connection was closed")));
    socket.on("error", (error) => this.fail(error));
  }

  static async open(port: number): Promise<Connection> {
    const socket = connect(port, "127.0.0.1");
    await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    return new Connection(socket);
  }

  send(request: Buffer): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.pending = { resolve, reject };
      this.socket.write(request);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
    const end = this.received.indexOf(HEAD_END);
    if (end < 0) return;
    const head = this.received.toString("latin1", 0, end);
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    const bodyEnd = end + HEAD_END.length + length;
    if (this.received.length < bodyEnd) return;
    const body = this.received.toString("utf8", end + HEAD_END.length, bodyEnd);
    this.received = this.received.subarray(bodyEnd);
    const { pending: waiting } = this;
    this.pending = undefined;
    waiting?.resolve({ status: Number(head.slice(9, 12)), body });
  }

  private fail(error: Error): void {
    this.pending?.reject(error);
    this.pending = undefined;
  }
}

/** Serializes a request. */
export function httpRequest(method: "GET" | "POST", path: string, headers: Readonly<Record<string, string>>, body = ""): Buffer {
  const lines = Object.entries({ Host: "bench", ...headers }).map(([name, value]) => `${name}: ${value}`);
  const size = method === "POST" ? [`Content-Length: ${Buffer.byteLength(body)}`] : [];
  return Buffer.from(`${[`${method} ${path} HTTP/1.1`, ...lines, ...size].join("\r\n")}\r\n\r\n${body}`);
}

/** Responses per second of `clients` that each send the next request after a response; a short warm-up is not counted. */
export async function closedLoop(workload: Workload, clients: number, milliseconds: number): Promise<Sample> {
  const begin = performance.now() + Math.min(300, milliseconds / 4);
  const end = begin + milliseconds;
  let counted = 0;
  let total = 0;
  const cpuBefore = cpuMicroseconds(workload.pid);
  await forEachClient(workload, clients, async (ask) => {
    while (performance.now() < end) {
      await ask();
      total++;
      const now = performance.now();
      if (now >= begin && now < end) counted++;
    }
  });
  const cpu = (cpuMicroseconds(workload.pid) - cpuBefore) / total;
  return { value: (counted * 1000) / milliseconds, ...(cpu > 0 ? { cpu } : {}) };
}

/** CPU time used by a process so far; 0 where /proc is not available. See proc(5): fields 14 and 15, in ticks of 10 ms. */
function cpuMicroseconds(pid: number | undefined): number {
  if (pid === undefined || process.platform !== "linux") return 0;
  const [, fields = ""] = /^.*\) (.*)$/.exec(readFileSync(`/proc/${pid}/stat`, "utf8").trim()) ?? [];
  const [user = 0, system = 0] = fields.split(" ").slice(11, 13).map(Number);
  return (user + system) * 10_000;
}

/** A rate of successful responses under overload, and how fast the gateway rejected the others. */
interface OverloadSample extends Sample {
  /** Latencies in milliseconds of responses with the code UNAVAILABLE. */
  readonly busyLatencies: readonly number[];
}

/**
 * As `closedLoop`, with more clients than the gateway can serve. A rejected client sends its next request after one second, half of what
 * Retry-After asks for.
 */
export async function overload(workload: Workload, clients: number, milliseconds: number): Promise<OverloadSample> {
  const begin = performance.now() + Math.min(300, milliseconds / 4);
  const end = begin + milliseconds;
  const busyLatencies: number[] = [];
  let served = 0;
  const isBusy = ({ body }: HttpAnswer) => body.includes('"code":"UNAVAILABLE"');
  const isExpected = (answer: HttpAnswer) => isBusy(answer) || workload.isExpected(answer);
  await forEachClient({ ...workload, isExpected }, clients, async (ask) => {
    while (performance.now() < end) {
      const sentAt = performance.now();
      const answer = await ask();
      const now = performance.now();
      if (isBusy(answer)) {
        busyLatencies.push(now - sentAt);
        await delay(REJECTED_CLIENT_PAUSE_MS);
      } else if (now >= begin && now < end) served++;
    }
  });
  return { value: (served * 1000) / milliseconds, busyLatencies };
}

/** Sends `count` requests in all, from `clients` concurrent clients. */
export async function sendRequests(workload: Workload, clients: number, count: number): Promise<void> {
  let remaining = count;
  await forEachClient(workload, clients, async (ask) => {
    while (remaining-- > 0) await ask();
  });
}

/** Latencies in milliseconds of requests sent every `intervalMs` milliseconds, regardless of earlier responses. */
export async function openLoop(workload: Workload, intervalMs: number, milliseconds: number): Promise<number[]> {
  const latencies: number[] = [];
  const connections = 20;
  await forEachClient(workload, connections, async (ask, connectionIndex) => {
    const start = performance.now();
    for (let at = connectionIndex * intervalMs; at < milliseconds; at += connections * intervalMs) {
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, start + at - performance.now())));
      // Measured from the scheduled time, so that a delayed start counts as latency.
      const due = Math.min(performance.now(), start + at + 2);
      await ask();
      latencies.push(performance.now() - due);
    }
  });
  return latencies;
}

async function forEachClient(workload: Workload, clients: number, work: (ask: () => Promise<HttpAnswer>, client: number) => Promise<void>) {
  const runClient = async (client: number) => {
    const connection = await Connection.open(workload.port);
    const ask = async () => {
      const answer = await connection.send(workload.request(client));
      if (!workload.isExpected(answer)) throw new Error(`Not what was asked for: ${answer.status} ${answer.body.slice(0, 300)}`);
      workload.onAnswer?.(answer, client);
      return answer;
    };
    try {
      await work(ask, client);
    } finally {
      connection.close();
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, client) => runClient(client)));
}
