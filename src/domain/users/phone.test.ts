import { describe, expect, it } from "vitest";
import { canonicalPhone, maskPhone, type Phone } from "./phone.js";

const NUMBER = "+4915123456789";

describe("canonical form of a phone number", () => {
  it.each([
    NUMBER,
    "+49 151 23456789",
    "+49 (0)151/23456789",
    "+49-151-23456789",
    "+49.151.23456789",
    "+49\u00a0151\u00a023456789",
    ` ${NUMBER} `,
  ])("%j - is one number", (typed) => {
    expect(canonicalPhone(typed)).toBe(NUMBER);
  });

  it.each([
    ...["", "+", "no number", "+49", "+491", "+49151234567890123456", "0151 2345678", "0049 151 23456789", "151 23456789"],
    // Premium-rate, toll-free, personal and shared-cost numbers.
    ...["+49 900 1 123456", "+49 800 1234567", "+44 70 1234 5678", "+49 180 1 234567"],
    // Text around the number, extensions, letters, lists, URIs, control characters, digits outside ASCII.
    ...["+1 (555) 010-0 please", "+15550100;ext=1", "+49 151 23456789 ext 5", "+49 151 CALLME7", "tel:+4915123456789"],
    ...["+49 151 2345\u0000678", "+49 151 23456789\r\nBcc: x", "+49 151 23456789,+49 151 23456788", "whatsapp:+4915123456789"],
    ...["\uff0b49\uff11\uff15\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19", "+\u0664\u0669\u0661\u0665\u0661\u0662\u0663\u0664"],
    ...["++4915123456789", "+49+15123456789", "+49\t15123456789", "-4915123456789"],
  ])("%j - is rejected", (typed) => {
    expect(canonicalPhone(typed)).toBeNull();
  });

  it.each([
    ["a million digits", "9".repeat(1_000_000)],
    ["a plus and a million digits", `+${"9".repeat(1_000_000)}`],
    ["a million spaces", `+49${" ".repeat(1_000_000)}`],
    ["a million spaces before it", `${" ".repeat(1_000_000)}x`],
  ])("%s - is rejected", (_, typed) => {
    expect(canonicalPhone(typed)).toBeNull();
  });

  it.each([
    ["+15005550006", "+15005550006"],
    ["+1 876 555 1234", "+18765551234"],
    ["+44 7700 900123", "+447700900123"],
  ])("%j - is %s", (typed, expected) => {
    expect(canonicalPhone(typed)).toBe(expected);
  });
});

describe("masked phone number", () => {
  it.each([
    [NUMBER, "+49*********89"],
    ["+15005550006", "+1********06"],
  ])("%s - is %s", (phone, expected) => {
    expect(maskPhone(phone as Phone)).toBe(expected);
  });
});
