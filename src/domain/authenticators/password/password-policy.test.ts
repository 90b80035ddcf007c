import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { parseSettings } from "../../applications/settings/index.js";
import { isPasswordText, passwordViolations } from "./password-policy.js";

const policy = parseSettings({ general: { name: "Test" } }).password;
const context = { applicationName: "Blue Heron", email: "wilhelmina@mail.example" };
const violationsOf = (password: string, change: Partial<typeof policy> = {}) =>
  passwordViolations(password, { ...policy, ...change }, context);

/** Two published lists of common passwords. */
const require = createRequire(import.meta.url);
const { dictionary } = require("@zxcvbn-ts/language-common") as { dictionary: Record<string, string[]> };
const common = (dictionary["passwords-common"] ?? []).filter((password) => password.length >= 10);

describe("length of passwords", () => {
  it.each([
    ["", ["TOO_SHORT"]],
    ["q7x Zrwkb", ["TOO_SHORT"]],
    ["q7x Zrwkbm", []],
    ["amber lamps ad aster", []],
    // Characters, not UTF-16 code units, bytes or combining marks.
    ["\u{1f600}\u{1f601}\u{1f602}\u{1f603}\u{1f604}\u{1f605}\u{1f606}\u{1f607}\u{1f608}", ["TOO_SHORT"]],
    ["\u{1f600}\u{1f601}\u{1f602}\u{1f603}\u{1f604}\u{1f605}\u{1f606}\u{1f607}\u{1f608}\u{1f609}", []],
    ["e\u0301u\u0308o\u0300a\u0302e\u0301", ["TOO_SHORT"]],
    ["\u9dfa\u9d07\u9db4\u9df9\u9d28\u9d5c\u9dd7\u9d0e\u96c1\u71d5", []],
  ])("%j - with a minimum of ten - violates %j", (password, expected) => {
    expect(violationsOf(password)).toEqual(expected);
  });

  it.each([
    ["256 letters", "qwerzxcv".repeat(32), []],
    ["257 letters", `${"qwerzxcv".repeat(32)}q`, ["TOO_LONG"]],
    ["256 characters of four bytes", "\u{1f600}\u{1f601}".repeat(128), []],
    ["257 characters of four bytes", `${"\u{1f600}\u{1f601}".repeat(128)}\u{1f600}`, ["TOO_LONG"]],
    ["megabytes", "x".repeat(5_000_000), ["TOO_LONG"]],
  ])("%s", (_, password, expected) => {
    expect(violationsOf(password)).toEqual(expected);
  });
});

describe("characters of passwords", () => {
  it.each([
    [{ minimumUpper: 1 }, "q7x zrwkbm", ["NEEDS_UPPER"]],
    [{ minimumUpper: 1 }, "q7x zrwkb\u00c4", []],
    [{ minimumUpper: 2 }, "q7X zrwkbm", ["NEEDS_UPPER"]],
    [{ minimumLower: 1 }, "Q7X ZRWKBM", ["NEEDS_LOWER"]],
    [{ minimumLower: 1 }, "Q7X ZRWKB\u00df", []],
    [{ minimumDigit: 1 }, "qux zrwkbm", ["NEEDS_DIGIT"]],
    [{ minimumDigit: 1 }, "qux zrwkb\u0667", []],
    [{ minimumDigit: 1 }, "qux zrwkb\u00bd", ["NEEDS_DIGIT"]],
    [{ minimumSpecial: 1 }, "q7xZrwkbmt", ["NEEDS_SPECIAL"]],
    [{ minimumSpecial: 1 }, "q7xZrwkbm ", []],
    [{ minimumSpecial: 2 }, "q7xZrwkb\u{1f600}!", []],
    [{ minimumUpper: 1, minimumDigit: 1, minimumSpecial: 1 }, "quxzrwkbmt", ["NEEDS_UPPER", "NEEDS_DIGIT", "NEEDS_SPECIAL"]],
  ])("%j - %j - violates %j", (change, password, expected) => {
    expect(violationsOf(password, change)).toEqual(expected);
  });
});

describe("common passwords", () => {
  it("the published list of at least ten characters - as published, in capitals and in mixed case - is too common", () => {
    expect(common.length).toBeGreaterThan(1000);
    const mixed = (text: string) => [...text].map((letter, index) => (index % 2 ? letter.toUpperCase() : letter)).join("");
    const accepted = common.flatMap((password) => [password, password.toUpperCase(), mixed(password)]);
    expect(accepted.filter((password) => !violationsOf(password).includes("TOO_COMMON"))).toEqual([]);
  });

  it.each([
    "password1",
    "12345678",
    "qwertyuiop",
    "iloveyou1",
    "1q2w3e4r5t",
  ])("%j - with a minimum of eight - is too common", (password) => {
    expect(violationsOf(password, { minimumLength: 8 })).toContain("TOO_COMMON");
    expect(violationsOf(password, { minimumLength: 8, blockList: false })).not.toContain("TOO_COMMON");
  });

  it("a common password - with a space before or after it - is another password", () => {
    const [word = ""] = common.filter((password) => /^[a-z]+$/.test(password));
    for (const password of [` ${word}`, `${word} `]) expect(violationsOf(password)).toEqual([]);
  });
});

describe("passwords made of the address or the names", () => {
  it.each([
    "wilhelmina@mail.example",
    "WILHELMINA@MAIL.EXAMPLE",
    "wilhelmina11111111",
    "wilhelmina!wilhelmina",
    "w.i.l.h.e.l.m.i.n.a",
    "abcwilhelmina",
    "blueheron2026",
    "Blue Heron!!!",
    "Latchkey2026",
    "latchkeyblueheron",
    "  Blue-Heron  ",
  ])("%j - is refused", (password) => {
    expect(violationsOf(password)).toContain("CONTAINS_CONTEXT");
  });

  it.each(["wilhelmina rides home", "a heron over blue lakes", "my latchkey is under the mat"])("%j - has enough else", (password) => {
    expect(violationsOf(password)).toEqual([]);
  });

  it.each([
    [{ applicationName: "", email: null }, "q7x Zrwkbm"],
    [{ applicationName: "A", email: "ab@mail.example" }, "abracadabra zoo"],
    [{ applicationName: "!!!", email: null }, "!!!q7x Zrwkbm!!!"],
    [{ applicationName: ".*(", email: null }, "q7x Zrwkbm.*("],
  ])("names %j - shorter than three letters or none - refuse nothing", (names, password) => {
    expect(passwordViolations(password, policy, names)).toEqual([]);
  });
});

describe("text that cannot be a password", () => {
  it.each([
    ["secret\0tail", false],
    ["\0", false],
    ["\ud800abcdefghij", false],
    ["abcdefghij\udc00", false],
    ["\u{1f600}", true],
    ["", true],
    ["tab\tand newline\n", true],
  ])("%j - is password text: %s", (password, expected) => {
    expect(isPasswordText(password)).toBe(expected);
  });
});
