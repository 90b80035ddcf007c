import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateSigningKey, type NewSigningKey } from "../../src/platform/crypto/index.js";

/** Key pairs are kept between runs: generating an RSA pair costs about as much as ten sign-ups. They protect only test databases. */
const { TEST_KEYS_DIR: folder = join(tmpdir(), "latchkey-test-keys") } = process.env;
const pairs = new Map<number, Promise<NewSigningKey>>();
const used = new Map<string, number>();

/** Replaces the key generator. Keys are unique within one database, but may be shared between databases. */
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
    // Several workers may write the same pair at once: the rename is atomic, so the file is always complete.
    const whole = `${file}.${process.pid}`;
    writeFileSync(whole, JSON.stringify(pair), { mode: 0o600 });
    renameSync(whole, file);
    return pair;
  }
}
