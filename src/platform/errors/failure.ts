import type { ErrorCode } from "./catalogue.js";

/** The rules of a password policy, each with a description of its violation. */
export const passwordRules = {
  TOO_SHORT: "Shorter than minimumLength characters.",
  TOO_LONG: "Longer than 256 characters or 1024 bytes of UTF-8.",
  TOO_COMMON: "One of the most common passwords.",
  CONTAINS_CONTEXT: "Consists of the address, its local part or the application's name.",
  NEEDS_UPPER: "Fewer than minimumUpper uppercase letters.",
  NEEDS_LOWER: "Fewer than minimumLower lowercase letters.",
  NEEDS_DIGIT: "Fewer than minimumDigit digits.",
  NEEDS_SPECIAL: "Fewer than minimumSpecial characters that are neither letters nor digits.",
} as const;
export type PasswordViolation = keyof typeof passwordRules;

/** A rejected metadata field: its dotted path and the reason. */
export interface RefusedField {
  readonly path: string;
  readonly reason: string;
}

/** An expected failure returned by a use case; the resolver converts it to the union member of its code. */
export interface Failure {
  readonly kind: "failure";
  readonly code: ErrorCode;
  readonly path?: readonly string[];
  readonly violations?: readonly PasswordViolation[];
  readonly fields?: readonly RefusedField[];
  readonly retryAfterSeconds?: number;
  /** HANDLE_INVALID: the country (ISO 3166-1 alpha-2) that text messages are not sent to. */
  readonly country?: string;
}

/** Creates a failure; `details` are the extra fields of its union member. */
export function failure(code: ErrorCode, details: Omit<Failure, "kind" | "code"> = {}): Failure {
  return { kind: "failure", code, ...details };
}
