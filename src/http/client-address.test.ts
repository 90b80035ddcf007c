import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalAddress, canonicalForwardedFor } from "./client-address.js";

describe("addresses of clients", () => {
  it.each<[string, string | null]>([
    ["198.51.100.7", "198.51.100.7"],
    [" 198.51.100.7 ", "198.51.100.7"],
    ["198.51.100.7:1000", "198.51.100.7"],
    ["[2001:db8::2]:4711", "2001:db8::2"],
    ["[2001:db8::2]", "2001:db8::2"],
    ["[198.51.100.7]:80", "198.51.100.7"],
    ["2001:DB8:0:0:0:0:0:2", "2001:db8::2"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["fe80::1%eth0", "fe80::1"],
    ["::ffff:198.51.100.7", "198.51.100.7"],
    ["::FFFF:c633:6407", "198.51.100.7"],
    ["0:0:0:0:0:ffff:198.51.100.7", "198.51.100.7"],
    ["0000:0000:0000:0000:0000:ffff:c633:6407", "198.51.100.7"],
    ["[::ffff:c633:6407]:443", "198.51.100.7"],
    ["::ffff:c633:6407%1", "198.51.100.7"],
    ["::1", "::1"],
    ["::", "::"],
    ["", null],
    ["unknown", null],
    ["_hidden", null],
    ["198.51.100.7:", null],
    ["198.51.100.7:port", null],
    ["198.51.100.07", null],
    ["198.51.100", null],
    ["3325256711", null],
    ["[2001:db8::2", null],
    ["2001:db8::2]:1", null],
    ["2001:db8::2::", null],
    ["x".repeat(48), null],
  ])("A-02 canonical address - %j - is %j", (text, expected) => {
    expect(canonicalAddress(text)).toBe(expected);
  });

  it("A-02 canonical address - any IPv6 address - is an address of at most 39 characters that is its own canonical form", () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const canonical = canonicalAddress(address) ?? "";
        expect(canonical.length).toBeLessThanOrEqual(39);
        expect(canonicalAddress(canonical)).toBe(canonical);
      }),
    );
  });

  it.each([
    ["203.0.113.5:80, [::ffff:10.0.0.2]:4711", "203.0.113.5, 10.0.0.2"],
    ["203.0.113.5,, 10.0.0.2,", "203.0.113.5, 10.0.0.2"],
    ["203.0.113.5, unknown, 10.0.0.2", "10.0.0.2"],
    ["203.0.113.5, unknown", ""],
    ["", ""],
  ])("B-03 X-Forwarded-For - %j - is read as %j", (header, expected) => {
    expect(canonicalForwardedFor(header)).toBe(expected);
  });
});
