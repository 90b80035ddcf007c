import { describe, expect, it } from "vitest";
import { canonicalEmail, maskEmail } from "./email.js";

const label = "x".repeat(63);
const victim = "ann@mail.example";

describe("canonical form of an email address", () => {
  it.each([
    ["ann@mail.example", "ann@mail.example"],
    [" Ann@Mail.EXAMPLE\r\n", "ann@mail.example"],
    ["\tann@mail.example\n", "ann@mail.example"],
    ["ann+1@mail.example", "ann+1@mail.example"],
    ["a.n.n@mail.example", "a.n.n@mail.example"],
    ["!#$%&'*+/=?^_`{|}~-@mail.example", "!#$%&'*+/=?^_`{|}~-@mail.example"],
    ["ann@b\u00fccher.example", "ann@xn--bcher-kva.example"],
    ["ann@bu\u0308cher.example", "ann@xn--bcher-kva.example"],
    ["ANN@B\u00dcCHER.EXAMPLE", "ann@xn--bcher-kva.example"],
    ["ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"],
    ["ann@stra\u00dfe.example", "ann@xn--strae-oqa.example"],
    ["ann@strasse.example", "ann@strasse.example"],
    [`${"a".repeat(64)}@mail.example`, `${"a".repeat(64)}@mail.example`],
    [`a@${label}.example`, `a@${label}.example`],
  ])("%j - is %s", (typed, expected) => {
    expect(canonicalEmail(typed)).toBe(expected);
  });

  it.each([
    ...["", " ", "@", "a@", "@mail.example", "a", "a@b@mail.example", ".a@mail.example", "a.@mail.example", "a..b@mail.example"],
    // Header injection, lists, names, groups, quoted strings, comments and escapes (RFC 5321, RFC 5322).
    ...[`${victim}\r\nBcc: evil@mail.example`, `${victim}\nBcc:evil@mail.example`, `${victim}%0d%0aBcc:evil@mail.example`],
    ...[`${victim},evil@mail.example`, `${victim};evil@mail.example`, `${victim} evil@mail.example`, `${victim}\0`],
    ...[`Victim <${victim}>`, `<${victim}>`, `"${victim}, evil"@mail.example`, '"a@evil.example"@mail.example', `friends: ${victim};`],
    ...["a(comment)@mail.example", "(a)a@mail.example", "a\\@mail.example", "a\tb@mail.example", "a b@mail.example"],
    // Domains: literals, one label, malformed labels, numeric top-level domains.
    ...["a@[192.0.2.1]", "a@192.0.2.1", "a@[IPv6:2001:db8::1]", "a@localhost", "a@mail.example.", "a@.mail.example", "a@mail..example"],
    ...["a@-mail.example", "a@mail-.example", "a@mail.123", `a@${"y".repeat(64)}.example`, "a@mail_x.example", "a@%6dail.example"],
    ...["a@xn--a.example", "a@xn--.example", "a@xn--a-.example"],
    // Letters outside ASCII in the local part; invisible, bidirectional, full-width and confusable characters.
    ...["jos\u00e9@mail.example", "jose\u0301@mail.example", "stra\u00dfe@mail.example", "bo\u0431@mail.example"],
    ...["a\u202eb@mail.example", "a@m\u202eail.example", "a\u200b@mail.example", "a@ma\u200bil.example", "a@ma\u00adil.example"],
    ...[
      "a@m\u0430il.example",
      "\uff41@mail.example",
      "a\uff20mail.example",
      "a@mail\u3002example",
      "\u00a0a@mail.example",
      "a@mail.example\u200b",
    ],
    ...["\u{1f600}@mail.example", "a@\u{1f600}.example", "a\ud800@mail.example"],
  ])("%j - is rejected", (typed) => {
    expect(canonicalEmail(typed)).toBeNull();
  });

  it.each([
    ["65 characters before the at sign", `${"a".repeat(65)}@mail.example`],
    ["255 characters", `${"a".repeat(55)}@${[label, label, label].join(".")}.example`],
    ["four labels of 63", `a@${[label, label, label, label].join(".")}.example`],
    ["nested comments", `${"(".repeat(200)}x${")".repeat(200)}${victim}`],
    ["a million dots", `${"a.".repeat(500_000)}@mail.example`],
    ["a million at signs", "@".repeat(1_000_000)],
    ["a million spaces", " ".repeat(1_000_000)],
    ["a million hyphens", `a@${"a-".repeat(500_000)}`],
  ])("%s - is rejected", (_, typed) => {
    expect(canonicalEmail(typed)).toBeNull();
  });

  it("254 characters - is accepted", () => {
    const email = `${"a".repeat(54)}@${[label, label, label].join(".")}.example`;
    expect(email).toHaveLength(254);
    expect(canonicalEmail(email)).toBe(email);
  });
});

describe("masked email address", () => {
  it.each([
    ["ann@mail.example", "a***@mail.example"],
    ["a@mail.example", "a***@mail.example"],
  ])("%s - is %s", (email, expected) => {
    expect(maskEmail(email)).toBe(expected);
  });
});
