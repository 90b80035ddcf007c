import { afterAll, beforeAll } from "vitest";
import type { Client } from "./client.js";
import { type TestApplication, TestGateway } from "./gateway.js";

/** Requests of one race. */
export const N = 20;
const { RACE_ROUNDS = "5" } = process.env;
export const rounds = Array.from({ length: Number(RACE_ROUNDS) }, (_, round) => round + 1);

/** Two instances on one database, and an application. */
export class Track {
  one!: TestGateway;
  other!: TestGateway;
  application!: TestApplication;

  /** Runs `times` requests at once, every other one at the other instance, each from an address of its own. */
  async race<T>(times: number, request: (client: Client, index: number) => Promise<T>, client = this.application.client): Promise<T[]> {
    const runners = Array.from({ length: times }, (_, index) => client.with({ baseUrl: [this.one, this.other][index % 2]?.url ?? "" }));
    return await Promise.all(runners.map((runner, index) => request(runner, index)));
  }

  async count(sql: string, ...parameters: unknown[]): Promise<number> {
    return Number((await this.one.query<{ n: number }>(`SELECT COUNT(*) AS n FROM ${sql}`, parameters))[0]?.n);
  }
}

export function track(...settings: string[]): Track {
  const stage = new Track();
  beforeAll(async () => {
    stage.one = await TestGateway.start();
    stage.other = await TestGateway.start({ beside: stage.one });
    stage.application = await stage.one.createApplication("Blue Heron", ...settings);
  });
  afterAll(async () => {
    await stage.other.stop();
    await stage.one.stop();
  });
  return stage;
}
