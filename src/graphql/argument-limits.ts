import { GatewayError } from "../platform/errors/index.js";

export interface ArgumentLimits {
  readonly depth: number;
  readonly listLength: number;
  readonly textLength: number;
}
/** Limits of the Authentication API. Text length is in UTF-16 code units. */
export const authenticationLimits: ArgumentLimits = { depth: 6, listLength: 100, textLength: 10_000 };
/** The Management API accepts templates and imports, which are larger. */
export const managementLimits: ArgumentLimits = { depth: 8, listLength: 1000, textLength: 256_000 };

/**
 * Rejects values that are nested too deep, too long, or contain NUL or ill-formed UTF-16, which databases and hash functions treat
 * inconsistently.
 * @throws GatewayError BAD_USER_INPUT
 */
export function checkArguments(value: unknown, limits: ArgumentLimits, path = "", depth = 0): void {
  const reject = (): never => {
    const explanation = "The value is too long, nested too deeply or contains characters that are not allowed.";
    throw new GatewayError("BAD_USER_INPUT", path ? { path, explanation } : { explanation });
  };
  if (typeof value === "string" && (value.length > limits.textLength || !value.isWellFormed() || value.includes("\0"))) reject();
  if (typeof value !== "object" || value === null || value instanceof Date) return;
  if (depth >= limits.depth || (Array.isArray(value) && value.length > limits.listLength)) reject();
  for (const [name, item] of Object.entries(value))
    checkArguments(item, limits, /^[\w-]{1,64}$/.test(name) ? `${path ? `${path}.` : ""}${name}` : path, depth + 1);
}

/** The same check for literals in the document, which `checkArguments` on the variables does not cover. */
export function validateInlineArguments(value: unknown): void {
  checkArguments(value, managementLimits, "input");
}
