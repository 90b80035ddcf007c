import { describe, expect, it } from "vitest";
import { canonicalRecoveryCode } from "./recovery-codes.repository.js";

const CODE = "ABCDEFGHJK234567";

describe("typed recovery code", () => {
  it.each([
    CODE,
    "ABCD-EFGH-JK23-4567",
    "abcd-efgh-jk23-4567",
    "abcd efgh jk23 4567",
    " ABCD EFGH-JK23  4567 ",
    `${"-".repeat(24)}${CODE}${" ".repeat(24)}`,
    ...[`${CODE}\n`, `\t${CODE}`, "\uff21BCDEFGHJK234567", `${"-".repeat(49)}${CODE}`],
    ...["ABCD\u2010EFGH\u2010JK23\u20104567", "ABCD\u00a0EFGH\u00a0JK23\u00a04567"],
  ])("%j - is the code without separators, in capitals", (typed) => {
    expect(canonicalRecoveryCode(typed)).toBe(CODE);
  });

  it.each([
    ...["", " ", "----------------", CODE.slice(1), `${CODE}A`, "123456", `${CODE}\0`],
    // Characters that are not in base 32, or only look like one that is.
    ...["ABCDEFGHJK234560", "ABCDEFGHJK234561", "ABCDEFGHJK23456!", "ABCDEFGHJK23456\u00e9"],
    ...["\u0410BCDEFGHJK234567", "ABCD_EFGH_JK23_4567"],
    ...["%", "*".repeat(16), "' OR '1'='1", "A".repeat(65)],
  ])("%j - is none", (typed) => {
    expect(canonicalRecoveryCode(typed)).toBeNull();
  });
});
