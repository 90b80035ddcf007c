import { createHash, randomInt } from "node:crypto";

const { TEST_SEED: given } = process.env;
/** Seed of the samples of this run. TEST_SEED repeats a run; TEST_SEED=all selects all items. */
const seed = given || String(randomInt(2 ** 31));
let isPrinted = false;

/** A random sample of the items, different in every run and for every `place`; prints the seed. */
export function sample<T>(items: readonly T[], count: number, place: string): readonly T[] {
  if (seed === "all" || items.length <= count) return items;
  if (!isPrinted) console.log(`Sampled with TEST_SEED=${seed}`);
  isPrinted = true;
  const keyed = items.map((item, index) => ({ item, key: createHash("sha256").update(`${seed} ${place} ${index}`).digest("hex") }));
  const sorted = keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
  return sorted.slice(0, count).map(({ item }) => item);
}
