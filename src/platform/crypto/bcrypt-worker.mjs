// Hashes passwords outside the main thread. Uses @node-rs/bcrypt if it is installed and reproduces a known hash.
import os from "node:os";
import { parentPort } from "node:worker_threads";
import bcryptjs from "bcryptjs";

const KNOWN_PASSWORD = "correct horse battery staple";
const KNOWN_HASH = "$2b$04$abcdefghijklmnopqrstuu";

try {
  os.setPriority(0, 10); // on Linux: applies to this thread only
} catch {
  // Not permitted on every system; hashing then has the same priority as the other threads.
}

/** Uses the synchronous functions, which run on this thread: the asynchronous ones run on libuv's shared thread pool. */
async function loadNative() {
  try {
    const { hashSync, verifySync } = await import("@node-rs/bcrypt");
    const hash = findHash(hashSync);
    const isRight = verifySync(KNOWN_PASSWORD, bcryptjs.hashSync(KNOWN_PASSWORD, KNOWN_HASH));
    if (hash && isRight) return { name: "@node-rs/bcrypt", hash, compare: verifySync };
  } catch {
    // Not installed, or unusable on this system.
  }
  return undefined;
}

/** Release 1 takes the cost as a number, release 2 as an option. */
function findHash(hashSync) {
  for (const hash of [(secret, cost) => hashSync(secret, { cost }), hashSync]) {
    try {
      const made = hash(KNOWN_PASSWORD, 4);
      if (made.startsWith("$2b$04$") && bcryptjs.compareSync(KNOWN_PASSWORD, made)) return hash;
    } catch {
      // Not this release's signature.
    }
  }
  return undefined;
}

const library = (await loadNative()) ?? { name: "bcryptjs", hash: bcryptjs.hashSync, compare: bcryptjs.compareSync };

/** Without a hash, or with a malformed one, nothing matches. After a failure, hashes of `failureCosts` are computed and discarded. */
function verify(secret, hash, failureCosts = []) {
  const isRight = hash !== null && matches(secret, hash);
  if (!isRight) for (const cost of failureCosts) library.hash(secret, cost);
  return isRight;
}

function matches(secret, hash) {
  try {
    return library.compare(secret, hash);
  } catch {
    return false;
  }
}

parentPort.on("message", ({ id, secret, cost, hash, failureCosts }) => {
  try {
    const result = hash === undefined ? library.hash(secret, cost) : verify(secret, hash, failureCosts);
    parentPort.postMessage({ id, result });
  } catch (error) {
    parentPort.postMessage({ id, error: String(error?.message ?? error) });
  }
});
parentPort.postMessage({ ready: library.name });
