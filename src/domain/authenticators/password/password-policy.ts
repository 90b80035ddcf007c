import type { PasswordViolation } from "../../../platform/errors/index.js";
import type { ApplicationSettings } from "../../applications/index.js";
import { commonPasswords } from "./common-passwords.js";

export const MAX_CHARACTERS = 256;
export const MAX_BYTES = 1024;
const GATEWAY_NAME = "latchkey";
/** Minimum number of distinct letters outside the context words of a password. */
const MIN_DISTINCT_LETTERS = 4;

/** Words that a password must not consist of. */
export interface PasswordContext {
  readonly applicationName: string;
  readonly email: string | null;
}

/** False for text that cannot be a password: NUL and ill-formed UTF-16, which hash functions and databases treat inconsistently. */
export function isPasswordText(password: string): boolean {
  return password.isWellFormed() && !password.includes("\0");
}

/** The rules of the application that a password violates. Lengths are in characters. */
export function passwordViolations(
  password: string,
  policy: ApplicationSettings["password"],
  context: PasswordContext,
): PasswordViolation[] {
  const violations: PasswordViolation[] = [];
  const normalised = password.normalize("NFC");
  const length = [...normalised].length;
  if (length < policy.minimumLength) violations.push("TOO_SHORT");
  if (length > MAX_CHARACTERS || Buffer.byteLength(normalised) > MAX_BYTES) violations.push("TOO_LONG");
  const count = (pattern: RegExp) => normalised.match(pattern)?.length ?? 0;
  if (count(/\p{Lu}/gu) < policy.minimumUpper) violations.push("NEEDS_UPPER");
  if (count(/\p{Ll}/gu) < policy.minimumLower) violations.push("NEEDS_LOWER");
  if (count(/\p{Nd}/gu) < policy.minimumDigit) violations.push("NEEDS_DIGIT");
  if (count(/[^\p{L}\p{Nd}]/gu) < policy.minimumSpecial) violations.push("NEEDS_SPECIAL");
  if (policy.blockList && commonPasswords().has(normalised.toLowerCase())) violations.push("TOO_COMMON");
  if (length <= MAX_CHARACTERS && isDerivedFromContext(normalised, context)) violations.push("CONTAINS_CONTEXT");
  return violations;
}

/** True when the password consists mostly of the application's name, the address or its parts. */
function isDerivedFromContext(password: string, { applicationName, email }: PasswordContext): boolean {
  const localPart = email?.slice(0, email.lastIndexOf("@")) ?? "";
  const words = [GATEWAY_NAME, applicationName, email ?? "", localPart].map(simplify).filter((word) => word.length >= 3);
  words.sort((a, b) => b.length - a.length);
  const simplified = simplify(password);
  const remainder = words.reduce((text, word) => text.replaceAll(word, ""), simplified);
  return remainder.length < simplified.length && new Set(remainder.replace(/\p{Nd}/gu, "")).size < MIN_DISTINCT_LETTERS;
}

const simplify = (text: string) =>
  text
    .normalize("NFC")
    .toLowerCase()
    .replace(/[^\p{L}\p{Nd}]/gu, "");
