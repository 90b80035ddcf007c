import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateSigningKey, type NewSigningKey } from "../../src/platform/crypto/index.js";

/** Pairs outlive a run: an RSA pair costs about as much as ten sign-ups. They protect nothing but test databases. */
const { TEST_KEYS_DIR: folder = join(tmpdir(), "latchkey-test-keys") } = process.env;
const pairs = new Map<number, Promise<NewSigningKey>>();
const used = new Map<string, number>();

/** Takes the place of the key generator. No two keys of one database are the same; those of two databases may be. */
export function pooledSigningKeys(databaseUrl: string): () => Promise<NewSigningKey> {
  return async () => {
    const index = used.get(databaseUrl) ?? 0;
    used.set(databaseUrl, index + 1);
    const pair = pairs.get(index) ?? readOrGenerate(join(folder, `${index}.json`));
    pairs.set(index, pair);
    return await pair;
  };
}

async function readOrGenerate(file: string): Promise<NewSigningKey> {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as NewSigningKey;
  } catch {
    const pair = await generateSigningKey();
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Several workers may generate the same one: a rename leaves the file whole, whichever comes last.
    const whole = `${file}.${process.pid}`;
    writeFileSync(whole, JSON.stringify(pair), { mode: 0o600 });
    renameSync(whole, file);
    return pair;
  }
}
