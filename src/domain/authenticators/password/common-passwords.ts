import { createRequire } from "node:module";

let common: ReadonlySet<string> | undefined;

/** The most common passwords of at least eight characters, in lower case: the union of two published lists, loaded once. */
export function commonPasswords(): ReadonlySet<string> {
  common ??= new Set(load());
  return common;
}

interface Decoder {
  decode(lines: readonly string[]): readonly string[];
}

function* load(): Generator<string> {
  const require = createRequire(import.meta.url);
  const { dictionary } = require("@zxcvbn-ts/language-common") as { dictionary: Record<string, readonly string[]> };
  // The list's own lookup is a linear scan, so its data is decoded here.
  const requireFromList = createRequire(require.resolve("fxa-common-password-list"));
  const { Decoder } = (requireFromList("incremental-encoder") as { default: { Decoder: new () => Decoder } }).default;
  const lines = (requireFromList("./encoded-passwords") as string).split("\n");
  for (const password of [...(dictionary["passwords-common"] ?? []), ...new Decoder().decode(lines)])
    if (password.length >= 8) yield password.toLowerCase();
}
