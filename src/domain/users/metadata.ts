import { type MetadataFieldSettings, prototypeNames } from "../applications/index.js";

/** Metadata of a user: an object nested by the paths of the application's fields. */
export type Metadata = { readonly [name: string]: unknown };

/** Maximum number of keys of a JSON value on all levels. */
export const MAX_METADATA_KEYS = 50;
const MAX_BYTES = 8192;
const MAX_DEPTH = 3;

/** The metadata that becomes claims of the JWT, nested as stored. */
export function tokenMetadata(fields: readonly MetadataFieldSettings[], metadata: Metadata): Metadata {
  const claims: Record<string, unknown> = {};
  for (const field of fields) {
    const value = field.inToken ? getAtPath(metadata, field.path) : undefined;
    if (value !== undefined) setAtPath(claims, field.path, value);
  }
  return claims;
}

/** True if the value has at most 8 KiB, 50 keys and depth 3, and only plain names and finite numbers. */
export function isWithinLimits(value: unknown): boolean {
  let keys = 0;
  const walk = (node: unknown, depth: number): boolean => {
    if (typeof node === "number") return Number.isFinite(node) && (!Number.isInteger(node) || Number.isSafeInteger(node));
    if (typeof node === "string") return node.isWellFormed() && !node.includes("\0");
    if (typeof node !== "object" || node === null) return true;
    // A list of scalars is allowed one level below the maximum depth.
    if (depth > (Array.isArray(node) ? MAX_DEPTH + 1 : MAX_DEPTH)) return false;
    if (Array.isArray(node)) return node.length <= 100 && node.every((item) => walk(item, depth + 1));
    return Object.entries(node).every(
      ([name, item]) =>
        ++keys <= MAX_METADATA_KEYS && /^[A-Za-z0-9_-]{1,64}$/.test(name) && !prototypeNames.has(name) && walk(item, depth + 1),
    );
  };
  return walk(value, 1) && Buffer.byteLength(JSON.stringify(value)) <= MAX_BYTES;
}

/** The value at a dotted path; undefined if there is none. */
export function getAtPath(node: Metadata, path: string): unknown {
  let current: unknown = node;
  for (const segment of path.split(".")) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, segment)) return undefined;
    current = (current as Metadata)[segment];
  }
  return current;
}

/** Sets the value at a dotted path; creates the objects it is nested in. */
export function setAtPath(node: Record<string, unknown>, path: string, value: unknown): void {
  const segments = path.split(".");
  const last = segments.pop() as string;
  let current = node;
  for (const segment of segments) {
    if (!Object.hasOwn(current, segment)) current[segment] = {};
    current = current[segment] as Record<string, unknown>;
  }
  current[last] = value;
}
