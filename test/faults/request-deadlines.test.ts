import { afterEach, describe, expect, it, vi } from "vitest";
import { isDatabaseUnavailable } from "../../src/platform/database/index.js";
import { gatewayForFile } from "../support/gateway.js";

const gateway = gatewayForFile();
afterEach(() => void vi.restoreAllMocks());

/** Adds a row in a transaction; `whileItRuns` is called after the row has been written. */
const insert = (name: string, whileItRuns = () => {}) =>
  gateway.services.database.transaction(async ({ manager }) => {
    await manager.query("INSERT INTO migration_lock (name, owner, lease_until) VALUES (?, '', '')", [name]);
    whileItRuns();
  });
const isStored = async (name: string) => (await gateway.query("SELECT name FROM migration_lock WHERE name = ?", [name])).length === 1;
const errorOf = (work: Promise<unknown>) => work.catch((error: unknown) => error);

describe("deadlines of requests", () => {
  it("F-05 transaction - deadline over before BEGIN - does not begin", async () => {
    const work = vi.fn(async () => {});
    const { database } = gateway.services;
    const error = await errorOf(database.withDeadline(performance.now() - 1, () => database.transaction(work)));
    expect([isDatabaseUnavailable(error), work.mock.calls.length]).toEqual([true, 0]);
  });

  it("F-05 transaction - deadline over before COMMIT - is rolled back", async () => {
    const now = vi.spyOn(performance, "now");
    const deadline = performance.now() + 60_000;
    const late = gateway.services.database.withDeadline(deadline, () => insert("late", () => void now.mockReturnValue(deadline + 1)));
    const error = await errorOf(late);
    now.mockRestore();
    expect([isDatabaseUnavailable(error), await isStored("late")]).toEqual([true, false]);
  });

  it("F-05 transaction - deadline of another request over - is committed", async () => {
    await Promise.all([gateway.services.database.withDeadline(performance.now() - 1, async () => {}), insert("in-time")]);
    expect(await isStored("in-time")).toBe(true);
  });
});
