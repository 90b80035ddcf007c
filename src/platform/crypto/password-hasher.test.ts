import { describe, expect, it } from "vitest";
import type { HashPool } from "./hash-pool.js";
import { failureCosts, PasswordHasher } from "./password-hasher.js";

const storedHash = (cost: number) => ({ scheme: "bcrypt", hash: `$2b$${String(cost).padStart(2, "0")}$${"a".repeat(53)}` }) as const;
const roundsOf = (costs: readonly number[]) => costs.reduce((total, cost) => total + 2 ** cost, 0);

/** A hasher whose pool rejects every password, and the rounds of each verification. */
function createHasher(cost: number) {
  const rounds: number[] = [];
  const verify = async (_secret: string, hash: string | null, costs: readonly number[]) => {
    rounds.push(roundsOf([...(hash === null ? [] : [Number(hash.slice(4, 6))]), ...costs]));
    return false;
  };
  return { hasher: new PasswordHasher({ verify } as Partial<HashPool> as HashPool, cost), rounds };
}

describe("work of a failed verification", () => {
  it("A-04 failure costs - stored cost 8, configured 11 - are 8, 9 and 10", () => {
    expect(failureCosts(8, 11)).toEqual([8, 9, 10]);
  });

  it.each([4, 8, 10, 11])("A-04 wrong password - stored cost %i, configured 11 - takes the rounds of an unknown handle", async (cost) => {
    const { hasher, rounds } = createHasher(11);
    await hasher.verify("a wrong password", storedHash(cost));
    await hasher.verify("a wrong password", null);
    await hasher.verify("a wrong password", { scheme: "bcrypt", hash: "malformed" });
    expect(rounds).toEqual([2 ** 11, 2 ** 11, 2 ** 11]);
  });

  it("A-04 wrong password - a hash of cost 12 is stored, configured 10 - unknown handles and newer hashes take the rounds of 12", async () => {
    const { hasher, rounds } = createHasher(10);
    hasher.raiseFailureCost(12);
    for (const stored of [null, storedHash(10), storedHash(12), storedHash(8)]) await hasher.verify("a wrong password", stored);
    expect(rounds).toEqual(Array.from({ length: 4 }, () => 2 ** 12));
  });

  it("A-04 wrong password - a hash of an unexpected higher cost was read - later failures take its rounds, up to cost 15", async () => {
    const { hasher, rounds } = createHasher(10);
    for (const stored of [storedHash(13), null, storedHash(20), null]) await hasher.verify("a wrong password", stored);
    expect(rounds).toEqual([2 ** 13, 2 ** 13, 2 ** 20, 2 ** 13]);
  });
});
