import { domainToUnicode } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalEmail } from "../../src/domain/users/index.js";

const CANONICAL =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*$/;
const propertyOptions = { numRuns: 2000 };
const pick = (letters: string, maxLength: number) => fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength });
const atom = pick("abcXYZ019!#$%&'*+/=?^_`{|}~-", 12);
const localPart = fc.array(atom, { minLength: 1, maxLength: 4 }).map((atoms) => atoms.join("."));
const label = pick("abcXYZ019", 12);
const domain = fc
  .tuple(fc.array(label, { minLength: 1, maxLength: 3 }), pick("abcXYZ", 6))
  .map(([labels, top]) => [...labels, top].join("."));
const address = fc.tuple(localPart, domain).map((parts) => parts.join("@"));
const accented = fc.tuple(localPart, pick("aéüßñøжд日本", 8)).map(([local, name]) => `${local}@${name}.example`);
/** Anything a person or a program may send: noise, addresses, and addresses with something odd in them. */
const anything = fc.oneof(
  fc.string({ unit: "binary", maxLength: 400 }),
  accented,
  fc.tuple(address, fc.string({ unit: "grapheme", maxLength: 3 }), fc.nat()).map(([text, odd, at]) => insert(text, odd, at)),
);
const insert = (text: string, odd: string, at: number) => text.slice(0, at % (text.length + 1)) + odd + text.slice(at % (text.length + 1));

describe("handle - properties of the canonicaliser", () => {
  it("any text - canonicalised - is rejected or becomes one ASCII address of valid length", () => {
    fc.assert(
      fc.property(anything, (text) => {
        const email = canonicalEmail(text);
        if (email === null) return;
        expect(email).toMatch(CANONICAL);
        expect(email.length).toBeLessThanOrEqual(254);
        expect(email.indexOf("@")).toBeLessThanOrEqual(64);
      }),
      propertyOptions,
    );
  });

  it("canonical form - canonicalised again - is unchanged", () => {
    fc.assert(
      fc.property(anything, (text) => {
        const email = canonicalEmail(text);
        if (email !== null) expect(canonicalEmail(email)).toBe(email);
      }),
      propertyOptions,
    );
  });

  it("well-formed address - any case, surrounding white space - has one canonical form", () => {
    const space = pick(" \t\r\n", 4);
    fc.assert(
      fc.property(address, space, space, fc.func(fc.boolean()), (text, before, after, isUpper) => {
        const typed = [...text].map((letter) => (isUpper(letter) ? letter.toUpperCase() : letter.toLowerCase())).join("");
        expect(canonicalEmail(before + typed + after)).toBe(text.toLowerCase());
      }),
      propertyOptions,
    );
  });

  it("two addresses - differing in more than case - have different canonical forms", () => {
    fc.assert(
      fc.property(address, address, fc.nat(), pick("+.-_'", 1), (one, other, at, extra) => {
        const near = insert(one, extra, at % one.indexOf("@"));
        for (const candidate of [other, near]) {
          const email = canonicalEmail(candidate);
          if (candidate.toLowerCase() !== one.toLowerCase()) expect(email).not.toBe(canonicalEmail(one));
        }
      }),
      propertyOptions,
    );
  });

  it("separators and control characters - anywhere inside an address - reject the whole address", () => {
    const dangerous = fc.constantFrom("\r\n", "\n", "\0", ",", ";", "<", ">", '"', "(", ")", "[", "\\", ":", "@", "\u200b", "\u202e", " ");
    fc.assert(
      fc.property(address, dangerous, fc.nat(), (text, danger, at) => {
        const inside = 1 + (at % (text.length - 1));
        expect(canonicalEmail(text.slice(0, inside) + danger + text.slice(inside))).toBeNull();
      }),
      propertyOptions,
    );
  });

  it("internationalised domain - composed, decomposed or as A-labels - is one address that decodes to the typed text", () => {
    fc.assert(
      fc.property(accented, (text) => {
        const email = canonicalEmail(text.normalize("NFC"));
        expect(canonicalEmail(text.normalize("NFD"))).toBe(email);
        if (email === null) return;
        const [, host = ""] = email.split("@");
        expect(domainToUnicode(host)).toBe(text.normalize("NFC").split("@")[1]?.toLowerCase());
      }),
      propertyOptions,
    );
  });
});
