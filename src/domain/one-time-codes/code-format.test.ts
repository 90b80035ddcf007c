import { describe, expect, it } from "vitest";
import { canonicalCode } from "./code-format.js";

describe("canonical form of one-time codes", () => {
  it.each([
    "123456",
    "123 456",
    " 123456",
    "123456 ",
    "123456\n",
    "\t1 2 3 4 5 6\r\n",
    "123\u00a0456",
    "123\u2007456",
    "123\u202f456",
    "123\u3000456",
    "123\u2028456",
    "123\u0085456",
    "123-456",
    "123\u2010456",
    "123\u2013456",
    "123 \u2014 456",
    "123\u2212456",
    "\u200e123456\u200f",
    "\u202a123456\u202c",
    "\u2066123\u2069456",
    "123\u200b456",
    "\ufeff123456",
    "123\u00ad456",
    "123\u2060456",
    "\uff11\uff12\uff13\uff14\uff15\uff16",
  ])("B-11 %j - is 123456", (typed) => {
    expect(canonicalCode(typed)).toBe("123456");
  });

  it.each(["012345", "1234567", "12345678", "123456789", "0000000000"])("%s - is unchanged", (code) => {
    expect(canonicalCode(code)).toBe(code);
  });

  it.each([
    "",
    " ",
    "12345",
    "12345678901",
    "123456 123456",
    "12345a",
    "O12345",
    "+123456",
    "123.456",
    "123,456",
    "123_456",
    "123/456",
    "123456.0",
    "1e5",
    "0x1e240",
    "\u0661\u0662\u0663\u0664\u0665\u0666",
    "\u0967\u0968\u0969\u096a\u096b\u096c",
    "\u0600123456",
    "123456\u0301",
    "\u00bd23456",
    "A".repeat(43),
    `123456${"-".repeat(37)}`,
    "1".repeat(10_000),
  ])("B-11 %j - is not a code", (typed) => {
    expect(canonicalCode(typed)).toBeNull();
  });
});
