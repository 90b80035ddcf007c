import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../clock.js";
import type { Database } from "../database/index.js";
import { Encryptor } from "./encryption.js";
import { type KeyPurpose, Keyring } from "./keyring.js";

/** A database without a stored key, which accepts new ones. */
const emptyDatabase = {
  readManager: { getRepository: () => ({ findOneBy: async () => null }) },
  autocommit: async () => {},
} as unknown as Database;

let keyring: Keyring;
beforeAll(async () => {
  keyring = await Keyring.load(emptyDatabase, new Encryptor([{ id: "k1", key: randomBytes(32) }]), systemClock);
});

describe("MAC of several parts", () => {
  it.each<[readonly string[], readonly string[]]>([
    [
      ["ab", "c"],
      ["a", "bc"],
    ],
    [["ab", "c"], ["abc"]],
    [
      ["ab", "c"],
      ["c", "ab"],
    ],
    [["a", ""], ["a"]],
    [
      ["", "a"],
      ["a", ""],
    ],
    [[""], []],
    [["a/b"], ["a", "b"]],
    [["a\0b"], ["a", "b"]],
    [
      ["a", "\0\0\0\u0001b"],
      ["a", "b"],
    ],
    [["a\0\0\0\u0001b"], ["a", "b"]],
    [["é"], ["e\u0301"]],
    [["A"], ["a"]],
    [["a"], ["a "]],
    [["\u{1f600}\u{1f600}"], ["\u{1f600}", "\u{1f600}"]],
  ])("mac - of %j and of %j - differs", (parts, otherParts) => {
    expect(keyring.mac("code", ...parts)).not.toEqual(keyring.mac("code", ...otherParts));
  });

  it("mac - of the same parts - is the same for text and for its UTF-8 bytes, and differs by purpose", () => {
    const parts = ["straße", "\u{1f600}"];
    const bytes = parts.map((part) => new TextEncoder().encode(part));
    const purposes: KeyPurpose[] = ["code", "token", "throttle"];
    const macs = purposes.map((purpose) => keyring.mac(purpose, ...parts).toString("hex"));
    expect(purposes.map((purpose) => keyring.mac(purpose, ...bytes).toString("hex"))).toEqual(macs);
    expect(new Set(macs).size).toBe(purposes.length);
    for (const mac of macs) expect(mac).toHaveLength(64);
  });
});
