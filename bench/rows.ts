import { type Asking, closedLoop, paced, type Sample } from "./connections.js";
import { COST } from "./place.js";
import type { Baseline } from "./processes.js";
import type { Requests } from "./requests.js";
import { percentile } from "./table.js";

/** What a row measures in one round: ours and the other thing, one after the other. */
export interface Measure {
  readonly id: string;
  readonly what: string;
  readonly unit: string;
  readonly floor: number;
  readonly goal: number;
  readonly lowerIsBetter?: boolean;
  readonly ours: () => Promise<Sample>;
  readonly other: () => Promise<Sample>;
}
export interface Scene {
  readonly port: number;
  /** The gateway's. */
  readonly pid: number;
  readonly baseline: Baseline;
  readonly requests: Requests;
  /** Milliseconds of one measurement of something quick, and of something that hashes. */
  readonly short: number;
  readonly long: number;
  /** And of warming up what hashes. */
  readonly warming: number;
}

export const STORM_CLIENTS = 16;
const CLIENTS = 16;
/** People each client of a storm logs in. */
export const EACH = 2;
const PACE_MS = 10;

export function logInRows({ port, pid, baseline, requests, long }: Scene, library: string): Measure[] {
  const hashes = () => baseline.rate({ kind: "hash", cost: COST, library, milliseconds: long });
  return [
    {
      ...{ id: "L1", what: `log-in, ${STORM_CLIENTS} clients : raw hashes, all cores`, unit: "/s", floor: 0.88, goal: 0.95 },
      ours: () => closedLoop({ ...requests.logIn(port, STORM_CLIENTS, EACH), pid }, STORM_CLIENTS, long),
      other: hashes,
    },
    {
      ...{ id: "S1", what: `sign-up, ${STORM_CLIENTS} clients : raw hashes, all cores`, unit: "/s", floor: 0.8, goal: 0.93 },
      ours: () => closedLoop({ ...requests.signUp(port), pid }, STORM_CLIENTS, long),
      other: hashes,
    },
  ];
}

/** `me` at a steady pace, while 16 clients log in and while nobody does: one measurement gives two rows. */
export function stormRows({ port, requests, long }: Scene): Measure[] {
  const pace = () => paced(requests.me(port), PACE_MS, long);
  let storm: number[] = [];
  let quiet: number[] = [];
  return [
    {
      ...{ id: "L5", what: "`me` during a log-in storm : when quiet, median", unit: "ms", floor: 2, goal: 1.5, lowerIsBetter: true },
      ours: async () => {
        const storming = closedLoop(requests.logIn(port, STORM_CLIENTS, EACH), STORM_CLIENTS, long);
        storm = await pace();
        await storming;
        return { value: percentile(storm, 0.5) };
      },
      other: async () => {
        quiet = await pace();
        return { value: percentile(quiet, 0.5) };
      },
    },
    {
      ...{ id: "L5", what: "the same, 99th percentile", unit: "ms", floor: 3, goal: 1.5, lowerIsBetter: true },
      ours: async () => ({ value: percentile(storm, 0.99) }),
      other: async () => ({ value: percentile(quiet, 0.99) }),
    },
  ];
}

export function quickRows({ port, pid, baseline, requests, short }: Scene): Measure[] {
  const loop = (asking: Asking) => () => closedLoop({ ...asking, pid }, CLIENTS, short);
  const bare = (asking: Asking) => () => closedLoop({ ...asking, pid: baseline.pid }, CLIENTS, short);
  const graphql = bare(requests.helloGraphql(baseline.port));
  const http = bare(requests.hello(baseline.port));
  const refresh = requests.refresh(port, CLIENTS);
  return [
    {
      ...{ id: "M1", what: "`me` with a session token : Apollo hello, same web layer", unit: "/s", floor: 0.35, goal: 0.45 },
      ours: loop(requests.me(port)),
      other: graphql,
    },
    {
      ...{ id: "A1", what: "`application` : Apollo hello, same web layer", unit: "/s", floor: 0.8, goal: 0.9 },
      ours: loop(requests.application(port)),
      other: graphql,
    },
    {
      ...{ id: "J1", what: "key set : fastify hello, same web layer", unit: "/s", floor: 0.85, goal: 0.95 },
      ours: loop(requests.keySet(port)),
      other: http,
    },
    {
      ...{ id: "J1", what: "readiness : fastify hello, same web layer", unit: "/s", floor: 0.85, goal: 0.95 },
      ours: loop(requests.health(port)),
      other: http,
    },
    {
      ...{ id: "R1", what: "refresh with rotation : raw RS256 signatures", unit: "/s", floor: 0.25, goal: 0.4 },
      ours: loop(refresh),
      other: () => baseline.rate({ kind: "sign", milliseconds: short }),
    },
  ];
}
