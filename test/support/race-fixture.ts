import { afterAll, beforeAll, type MockInstance, vi } from "vitest";
import type { Client } from "./client.js";
import { type TestApplication, TestGateway } from "./gateway.js";

/** Requests of one race. */
export const REQUEST_COUNT = 20;
const { RACE_ROUNDS = "5" } = process.env;
export const rounds = Array.from({ length: Number(RACE_ROUNDS) }, (_, round) => round + 1);

/** Two instances on one database, and an application. */
export class RaceFixture {
  gatewayA!: TestGateway;
  gatewayB!: TestGateway;
  application!: TestApplication;

  /** Sends `times` requests at once, alternating between the two instances, each from a separate address. */
  async race<T>(times: number, request: (client: Client, index: number) => Promise<T>, client = this.application.client): Promise<T[]> {
    const runners = Array.from({ length: times }, (_, index) =>
      client.with({ baseUrl: [this.gatewayA, this.gatewayB][index % 2]?.url ?? "" }),
    );
    return await Promise.all(runners.map((runner, index) => request(runner, index)));
  }

  async count(sql: string, ...parameters: unknown[]): Promise<number> {
    return Number((await this.gatewayA.query<{ n: number }>(`SELECT COUNT(*) AS n FROM ${sql}`, parameters))[0]?.n);
  }
}

/**
 * Holds the result of `method` back until it was called `count` times: every request has read the database before one of them writes.
 * Returns a function that restores the method.
 */
export function finishTogether<Target extends object>(target: Target, method: keyof Target & string, count: number): () => void {
  const original = (target[method] as (...parameters: unknown[]) => Promise<unknown>).bind(target);
  let release = () => {};
  const haveAllRead = new Promise<void>((resolve) => {
    release = resolve;
  });
  let calls = 0;
  const spy: MockInstance = vi.spyOn(target, method as never);
  spy.mockImplementation(async (...parameters: unknown[]) => {
    const result = await original(...parameters);
    if (++calls === count) release();
    await haveAllRead;
    return result;
  });
  return () => spy.mockRestore();
}

export function raceFixture(...settings: string[]): RaceFixture {
  const fixture = new RaceFixture();
  beforeAll(async () => {
    fixture.gatewayA = await TestGateway.start();
    fixture.gatewayB = await TestGateway.start({ shareDatabaseOf: fixture.gatewayA });
    fixture.application = await fixture.gatewayA.createApplication("Blue Heron", ...settings);
  });
  afterAll(async () => {
    await fixture.gatewayB.stop();
    await fixture.gatewayA.stop();
  });
  return fixture;
}
