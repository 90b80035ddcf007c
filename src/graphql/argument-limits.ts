import { GatewayError } from "../platform/errors/index.js";

export interface ArgumentLimits {
  readonly depth: number;
  readonly listLength: number;
  readonly textLength: number;
}
/** The Authentication API's limits; text in UTF-16 code units. */
export const authenticationLimits: ArgumentLimits = { depth: 6, listLength: 100, textLength: 10_000 };
/** The Management API takes templates and imports. */
export const managementLimits: ArgumentLimits = { depth: 8, listLength: 1000, textLength: 256_000 };

/** Refuses variables that are nested too deep, too long, or hold text no database or hash treats alike. @throws Refusal BAD_USER_INPUT */
export function checkArguments(value: unknown, limits: ArgumentLimits, path = "", depth = 0): void {
  const reject = (): never => {
    throw new GatewayError("BAD_USER_INPUT", path ? { path } : {});
  };
  if (typeof value === "string" && (value.length > limits.textLength || !value.isWellFormed() || value.includes("\0"))) reject();
  if (typeof value !== "object" || value === null || value instanceof Date) return;
  if (depth >= limits.depth || (Array.isArray(value) && value.length > limits.listLength)) reject();
  for (const [name, item] of Object.entries(value))
    checkArguments(item, limits, /^[\w-]{1,64}$/.test(name) ? `${path ? `${path}.` : ""}${name}` : path, depth + 1);
}

/** The same for arguments written into the document, which no check of the variables has seen. */
export function validateInlineArguments(value: unknown): void {
  checkArguments(value, managementLimits, "input");
}
