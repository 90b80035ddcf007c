import { createHash, randomInt } from "node:crypto";

const { TEST_SEED: given } = process.env;
/** What samples of this run depend on. TEST_SEED takes the same ones again; TEST_SEED=all takes everything. */
const seed = given || String(randomInt(2 ** 31));
let isPrinted = false;

/** Some of the items, others in every run and at every place; prints the seed they depend on. */
export function sample<T>(items: readonly T[], count: number, place: string): readonly T[] {
  if (seed === "all" || items.length <= count) return items;
  if (!isPrinted) console.log(`Sampled with TEST_SEED=${seed}`);
  isPrinted = true;
  const keyed = items.map((item, index) => ({ item, key: createHash("sha256").update(`${seed} ${place} ${index}`).digest("hex") }));
  const sorted = keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
  return sorted.slice(0, count).map(({ item }) => item);
}
