// Hashes passwords away from the main thread. Uses @node-rs/bcrypt when an operator installed it and it gives the known answer.
import os from "node:os";
import { parentPort } from "node:worker_threads";
import bcryptjs from "bcryptjs";

const KNOWN_PASSWORD = "correct horse battery staple";
const KNOWN_HASH = "$2b$04$abcdefghijklmnopqrstuu";

try {
  os.setPriority(0, 10); // on Linux: this thread only
} catch {
  // Not permitted everywhere; hashing then competes with the other threads on equal terms.
}

/** The calls that stay on this thread: those that answer with promises compute on threads everybody shares. */
async function loadNative() {
  try {
    const { hashSync, verifySync } = await import("@node-rs/bcrypt");
    const hash = findHash(hashSync);
    const isRight = verifySync(KNOWN_PASSWORD, bcryptjs.hashSync(KNOWN_PASSWORD, KNOWN_HASH));
    if (hash && isRight) return { name: "@node-rs/bcrypt", hash, compare: verifySync };
  } catch {
    // Not installed, or it does not work here.
  }
  return undefined;
}

/** Release 1 takes the cost, release 2 options. */
function findHash(hashSync) {
  for (const hash of [(secret, cost) => hashSync(secret, { cost }), hashSync]) {
    try {
      const made = hash(KNOWN_PASSWORD, 4);
      if (made.startsWith("$2b$04$") && bcryptjs.compareSync(KNOWN_PASSWORD, made)) return hash;
    } catch {
      // The other release.
    }
  }
  return undefined;
}

const library = (await loadNative()) ?? { name: "bcryptjs", hash: bcryptjs.hashSync, compare: bcryptjs.compareSync };

parentPort.on("message", ({ id, secret, cost, hash }) => {
  try {
    const result = hash === undefined ? library.hash(secret, cost) : library.compare(secret, hash);
    parentPort.postMessage({ id, result });
  } catch (error) {
    parentPort.postMessage({ id, error: String(error?.message ?? error) });
  }
});
parentPort.postMessage({ ready: library.name });
