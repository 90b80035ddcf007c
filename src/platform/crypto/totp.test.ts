import { describe, expect, it } from "vitest";
import { toBase32 } from "./base32.js";
import { generateTotpSecret, totpCode, verifyTotp } from "./totp.js";

const secret = new TextEncoder().encode("12345678901234567890");
const at = (seconds: number) => new Date(seconds * 1000);

describe("HOTP", () => {
  it.each([
    "755224",
    "287082",
    "359152",
    "969429",
    "338314",
    "254676",
    "287922",
    "162583",
    "399871",
    "520489",
  ])("RFC 4226 appendix D - code %s - comes at its counter", (code) => {
    const counters = Array.from({ length: 10 }, (_, counter) => counter).filter((counter) => totpCode(secret, counter) === code);
    expect(counters).toHaveLength(1);
    expect(totpCode(secret, counters[0] ?? -1)).toBe(code);
  });

  it("RFC 4226 appendix D - counters 0 to 9 - in this order", () => {
    expect(Array.from({ length: 10 }, (_, counter) => totpCode(secret, counter)).join(" ")).toBe(
      "755224 287082 359152 969429 338314 254676 287922 162583 399871 520489",
    );
  });
});

describe("TOTP", () => {
  // The test vectors have eight digits; six-digit codes are their last six.
  it.each([
    [59, "94287082"],
    [1111111109, "07081804"],
    [1111111111, "14050471"],
    [1234567890, "89005924"],
    [2000000000, "69279037"],
    [20000000000, "65353130"],
  ])("RFC 6238 appendix B - second %i - %s", (seconds, vector) => {
    expect(totpCode(secret, Math.floor(seconds / 30))).toBe(vector.slice(-6));
    expect(verifyTotp(secret, vector.slice(-6), at(seconds))).toBe(Math.floor(seconds / 30));
  });

  it.each([
    [-2, null],
    [-1, 99],
    [0, 100],
    [1, 101],
    [2, null],
  ])("RFC 6238 section 5.2 - the code of step %i from now - matches %s", (drift, step) => {
    expect(verifyTotp(secret, totpCode(secret, 100 + drift), at(3000))).toBe(step);
  });

  it.each([
    "",
    "28708",
    "2870822",
    "+28708",
    "287 82",
    "287082\n",
    "２８７０８２",
    "0x4616",
    "28708e",
  ])("shape - %j - refused before any arithmetic", (text) => {
    expect(verifyTotp(new Uint8Array(0), text, at(59))).toBeNull();
  });

  it("secret - short or missing - an error, never a match", () => {
    expect(() => verifyTotp(new Uint8Array(0), "328482", at(0))).toThrow();
    expect(() => verifyTotp(secret.slice(0, 19), "755224", at(0))).toThrow();
  });

  it("MF-19 secrets - 1000 of them - 32 base32 characters each, distinct, uniform", () => {
    const secrets = Array.from({ length: 1000 }, () => toBase32(generateTotpSecret()));
    expect(new Set(secrets).size).toBe(1000);
    const counts = new Map<string, number>();
    for (const text of secrets) {
      expect(text).toMatch(/^[A-Z2-7]{32}$/);
      for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    // 32 characters, each expected 1000 times with a standard deviation of 31: 200 is more than six deviations.
    expect(counts.size).toBe(32);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(200);
  });

  it.each([
    ["", ""],
    ["f", "MY"],
    ["fo", "MZXQ"],
    ["foo", "MZXW6"],
    ["foob", "MZXW6YQ"],
    ["fooba", "MZXW6YTB"],
    ["foobar", "MZXW6YTBOI"],
  ])("RFC 4648 section 10 - %j in base 32 - %s", (text, encoded) => {
    expect(toBase32(new TextEncoder().encode(text))).toBe(encoded);
  });
});
