import { COST } from "./environment.js";
import { closedLoop, openLoop, overload, type Sample, type Workload } from "./load-generator.js";
import type { Baseline } from "./processes.js";
import type { Requests } from "./requests.js";
import { percentile } from "./table.js";

/** The measurements of one table row in one round: the gateway's and the reference's, one after the other. */
export interface Measure {
  readonly id: string;
  readonly description: string;
  readonly unit: string;
  readonly floor: number;
  readonly goal: number;
  readonly lowerIsBetter?: boolean;
  readonly measureGateway: () => Promise<Sample>;
  readonly measureReference: () => Promise<Sample>;
}
export interface BenchmarkContext {
  readonly port: number;
  /** Process id of the gateway. */
  readonly pid: number;
  readonly baseline: Baseline;
  readonly requests: Requests;
  /** Duration in milliseconds of one measurement of fast operations, and of operations that hash. */
  readonly shortMs: number;
  readonly longMs: number;
  /** Duration of the warm-up of operations that hash. */
  readonly warmUpMs: number;
}

export const LOG_IN_CLIENTS = 16;
const REQUEST_CLIENTS = 16;
/** Four times as many as the gateway admits with two hashing threads. */
const OVERLOAD_CLIENTS = 256;
/** Users that each client of the log-in load alternates between. */
export const USERS_PER_CLIENT = 2;
const PACE_INTERVAL_MS = 10;

export function logInMeasures({ port, pid, baseline, requests, longMs: long }: BenchmarkContext, library: string): Measure[] {
  const hashes = () => baseline.measure({ kind: "hash", cost: COST, library, milliseconds: long });
  return [
    {
      ...{ id: "L1", description: `log-in, ${LOG_IN_CLIENTS} clients : raw hashes, all cores`, unit: "/s", floor: 0.88, goal: 0.95 },
      measureGateway: () => closedLoop({ ...requests.logIn(port, LOG_IN_CLIENTS, USERS_PER_CLIENT), pid }, LOG_IN_CLIENTS, long),
      measureReference: hashes,
    },
    {
      ...{ id: "S1", description: `sign-up, ${LOG_IN_CLIENTS} clients : raw hashes, all cores`, unit: "/s", floor: 0.8, goal: 0.93 },
      measureGateway: () => closedLoop({ ...requests.signUp(port), pid }, LOG_IN_CLIENTS, long),
      measureReference: hashes,
    },
  ];
}

/** Latency of `me` at a constant rate, with and without 16 clients logging in: one measurement gives two rows. */
export function latencyUnderLoadMeasures({ port, requests, longMs: long }: BenchmarkContext): Measure[] {
  const measureLatencies = () => openLoop(requests.me(port), PACE_INTERVAL_MS, long);
  let loadedLatencies: number[] = [];
  let idleLatencies: number[] = [];
  return [
    {
      ...{ id: "L5", description: "`me` during a log-in storm : when quiet, median", unit: "ms", floor: 2, goal: 1.5, lowerIsBetter: true },
      measureGateway: async () => {
        const storming = closedLoop(requests.logIn(port, LOG_IN_CLIENTS, USERS_PER_CLIENT), LOG_IN_CLIENTS, long);
        loadedLatencies = await measureLatencies();
        await storming;
        return { value: percentile(loadedLatencies, 0.5) };
      },
      measureReference: async () => {
        idleLatencies = await measureLatencies();
        return { value: percentile(idleLatencies, 0.5) };
      },
    },
    {
      ...{ id: "L5", description: "the same, 99th percentile", unit: "ms", floor: 3, goal: 1.5, lowerIsBetter: true },
      measureGateway: async () => ({ value: percentile(loadedLatencies, 0.99) }),
      measureReference: async () => ({ value: percentile(idleLatencies, 0.99) }),
    },
  ];
}

/** Log-ins of far more clients than can be served: the rate must remain, and the others must be rejected soon. */
export function overloadMeasures({ port, pid, requests, longMs: long }: BenchmarkContext): Measure[] {
  let busyLatencies: readonly number[] = [];
  const description = `log-in, ${OVERLOAD_CLIENTS} clients : ${LOG_IN_CLIENTS} clients`;
  return [
    {
      ...{ id: "O1", description, unit: "/s", floor: 0.85, goal: 0.95 },
      measureGateway: async () => {
        const sample = await overload(requests.logIn(port, OVERLOAD_CLIENTS, USERS_PER_CLIENT), OVERLOAD_CLIENTS, long);
        ({ busyLatencies } = sample);
        return sample;
      },
      measureReference: () => closedLoop({ ...requests.logIn(port, LOG_IN_CLIENTS, USERS_PER_CLIENT), pid }, LOG_IN_CLIENTS, long),
    },
    {
      ...{ id: "O1", description: "the rejected ones, 99th percentile : one second", unit: "ms", floor: 1, goal: 0.5, lowerIsBetter: true },
      measureGateway: async () => ({ value: percentile(busyLatencies, 0.99) }),
      measureReference: async () => ({ value: 1000 }),
    },
  ];
}

export function throughputMeasures({ port, pid, baseline, requests, shortMs: short }: BenchmarkContext): Measure[] {
  const loop = (asking: Workload) => () => closedLoop({ ...asking, pid }, REQUEST_CLIENTS, short);
  const bare = (asking: Workload) => () => closedLoop({ ...asking, pid: baseline.pid }, REQUEST_CLIENTS, short);
  const graphql = bare(requests.helloGraphql(baseline.port));
  const http = bare(requests.hello(baseline.port));
  const refresh = requests.refresh(port, REQUEST_CLIENTS);
  return [
    {
      ...{ id: "M1", description: "`me` with a session token : Apollo hello, same web layer", unit: "/s", floor: 0.35, goal: 0.45 },
      measureGateway: loop(requests.me(port)),
      measureReference: graphql,
    },
    {
      ...{ id: "A1", description: "`application` : Apollo hello, same web layer", unit: "/s", floor: 0.8, goal: 0.9 },
      measureGateway: loop(requests.application(port)),
      measureReference: graphql,
    },
    {
      ...{ id: "J1", description: "key set : fastify hello, same web layer", unit: "/s", floor: 0.85, goal: 0.95 },
      measureGateway: loop(requests.keySet(port)),
      measureReference: http,
    },
    {
      ...{ id: "J1", description: "readiness : fastify hello, same web layer", unit: "/s", floor: 0.85, goal: 0.95 },
      measureGateway: loop(requests.health(port)),
      measureReference: http,
    },
    {
      ...{ id: "R1", description: "refresh with rotation : raw RS256 signatures", unit: "/s", floor: 0.25, goal: 0.4 },
      measureGateway: loop(refresh),
      measureReference: () => baseline.measure({ kind: "sign", milliseconds: short }),
    },
  ];
}
