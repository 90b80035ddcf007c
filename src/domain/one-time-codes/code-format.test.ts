import { describe, expect, it } from "vitest";
import { isCodeFormat } from "./code-format.js";

describe("format of one-time codes", () => {
  it.each<[string, number | undefined, boolean]>([
    ["12345", undefined, false],
    ["123456", undefined, true],
    ["1234567890", undefined, true],
    ["12345678901", undefined, false],
    ["1234567", 8, false],
    ["12345678", 8, true],
    ["", undefined, false],
    ["12345a", undefined, false],
    ["123456\n", undefined, false],
    [" 123456", undefined, false],
    ["١٢٣٤٥٦", undefined, false],
  ])("%j with at least %s digits - is %s", (code, minDigits, expected) => {
    expect(isCodeFormat(code, minDigits)).toBe(expected);
  });
});
