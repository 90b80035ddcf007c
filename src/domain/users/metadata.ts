import { type MetadataFieldSettings, metadataAuthorities, prototypeNames } from "../applications/index.js";

/** Metadata of a user: an object nested by the paths of the application's fields. */
export type Metadata = { readonly [name: string]: unknown };
export type MetadataAuthority = (typeof metadataAuthorities)[number];
export type RefusalReason = "UNKNOWN" | "REQUIRED" | "TYPE" | "VALUE" | "NOT_ALLOWED" | "TOO_LARGE";
export interface RefusedMetadataField {
  readonly path: string;
  readonly reason: RefusalReason;
}
export type MetadataValidation =
  | { readonly kind: "accepted"; readonly metadata: Metadata }
  | { readonly kind: "refused"; readonly fields: readonly RefusedMetadataField[] };

const MAX_BYTES = 8192;
const MAX_KEYS = 50;
const MAX_DEPTH = 3;

/**
 * Checks what somebody gives as metadata against the application's fields and returns it with defaults filled in. Unknown fields and
 * fields above the giver's authority are refused, never dropped.
 */
export function validateMetadata(fields: readonly MetadataFieldSettings[], given: Metadata, setBy: MetadataAuthority): MetadataValidation {
  const refused: RefusedMetadataField[] = [];
  const accepted: Record<string, unknown> = {};
  if (!isWithinLimits(given)) return { kind: "refused", fields: [{ path: "", reason: "TOO_LARGE" }] };
  const byPath = new Map(fields.map((field) => [field.path, field]));
  for (const [path, value] of leaves(given, byPath)) {
    const field = byPath.get(path);
    const reason = field ? validateField(field, value, setBy) : "UNKNOWN";
    if (reason) refused.push({ path, reason });
    else setPath(accepted, path, value);
  }
  for (const field of fields) {
    if (getPath(accepted, field.path) !== undefined) continue;
    if (field.default !== undefined) setPath(accepted, field.path, field.default);
    else if (field.required && maySetField(field, setBy)) refused.push({ path: field.path, reason: "REQUIRED" });
  }
  return refused.length > 0 ? { kind: "refused", fields: refused.slice(0, MAX_KEYS) } : { kind: "accepted", metadata: accepted };
}

/**
 * Checks a part of the metadata: what is given must fit and be within the giver's authority, nothing needs to be there yet. What only
 * inviters may give has to be one of the field's allowed values when a user invites.
 */
export function validatePartialMetadata(
  fields: readonly MetadataFieldSettings[],
  given: Metadata,
  setBy: MetadataAuthority,
): MetadataValidation {
  if (!isWithinLimits(given)) return { kind: "refused", fields: [{ path: "", reason: "TOO_LARGE" }] };
  const byPath = new Map(fields.map((field) => [field.path, field]));
  const accepted: Record<string, unknown> = {};
  const refused: RefusedMetadataField[] = [];
  for (const [path, value] of leaves(given, byPath)) {
    const field = byPath.get(path);
    const isUnlisted = field?.setBy === "INVITER" && setBy === "INVITER" && field.allowedValues === undefined;
    const reason = field ? (isUnlisted ? "NOT_ALLOWED" : validateField(field, value, setBy)) : "UNKNOWN";
    if (reason) refused.push({ path, reason });
    else setPath(accepted, path, value);
  }
  return refused.length > 0 ? { kind: "refused", fields: refused.slice(0, MAX_KEYS) } : { kind: "accepted", metadata: accepted };
}

/** Puts what a user gave and what was given for them together; the latter stands. Defaults are filled in, required fields must be there. */
export function mergeMetadata(fields: readonly MetadataFieldSettings[], given: Metadata, invitationMetadata: Metadata): MetadataValidation {
  const metadata: Record<string, unknown> = {};
  const refused: RefusedMetadataField[] = [];
  for (const field of fields) {
    const value = getPath(invitationMetadata, field.path) ?? getPath(given, field.path) ?? field.default;
    if (value !== undefined) setPath(metadata, field.path, value);
    else if (field.required && field.setBy === "USER") refused.push({ path: field.path, reason: "REQUIRED" });
  }
  if (refused.length > 0) return { kind: "refused", fields: refused };
  return isWithinLimits(metadata) ? { kind: "accepted", metadata } : { kind: "refused", fields: [{ path: "", reason: "TOO_LARGE" }] };
}

/**
 * Applies what somebody gives to the metadata there is: given fields are set, null removes one, the others stay. Fields the user may not
 * touch are refused, unless they are given as they are: an app may send back what it read.
 */
export function applyMetadataChange(
  fields: readonly MetadataFieldSettings[],
  current: Metadata,
  given: Metadata,
  setBy: MetadataAuthority = "USER",
): MetadataValidation {
  if (!isWithinLimits(given)) return { kind: "refused", fields: [{ path: "", reason: "TOO_LARGE" }] };
  const byPath = new Map(fields.map((field) => [field.path, field]));
  const next = structuredClone(current) as Record<string, unknown>;
  const refused: RefusedMetadataField[] = [];
  for (const [path, value] of leaves(given, byPath)) {
    const field = byPath.get(path);
    if (field && JSON.stringify(getPath(current, path)) === JSON.stringify(value)) continue;
    const reason = field ? validateFieldChange(field, value, setBy) : "UNKNOWN";
    if (reason) refused.push({ path, reason });
    else if (value === null) removePath(next, path);
    else setPath(next, path, value);
  }
  if (refused.length > 0) return { kind: "refused", fields: refused.slice(0, MAX_KEYS) };
  return isWithinLimits(next) ? { kind: "accepted", metadata: next } : { kind: "refused", fields: [{ path: "", reason: "TOO_LARGE" }] };
}

function validateFieldChange(field: MetadataFieldSettings, value: unknown, setBy: MetadataAuthority): RefusalReason | undefined {
  if (!field.editable && setBy === "USER") return "NOT_ALLOWED";
  if (value !== null) return validateField(field, value, setBy);
  if (!maySetField(field, setBy)) return "NOT_ALLOWED";
  return field.required ? "REQUIRED" : undefined;
}

function removePath(node: Record<string, unknown>, path: string): void {
  const [first = "", ...rest] = path.split(".");
  const inner = node[first];
  if (rest.length > 0 && typeof inner === "object" && inner !== null) {
    removePath(inner as Record<string, unknown>, rest.join("."));
    // What holds nothing any more goes, too: an app may send back what it read.
    if (Object.keys(inner).length === 0) delete node[first];
  } else if (rest.length === 0) delete node[first];
}

/** The part of the metadata that goes into the token, nested as stored. */
export function tokenMetadata(fields: readonly MetadataFieldSettings[], metadata: Metadata): Metadata {
  const claims: Record<string, unknown> = {};
  for (const field of fields) {
    const value = field.inToken ? getPath(metadata, field.path) : undefined;
    if (value !== undefined) setPath(claims, field.path, value);
  }
  return claims;
}

/** True when an object keeps the limits every JSON value has here: 8 KiB, 50 keys, depth 3, plain names, finite numbers. */
export function isWithinLimits(value: unknown): boolean {
  let keys = 0;
  const walk = (node: unknown, depth: number): boolean => {
    if (typeof node === "number") return Number.isFinite(node) && (!Number.isInteger(node) || Number.isSafeInteger(node));
    if (typeof node === "string") return node.isWellFormed() && !node.includes("\0");
    if (typeof node !== "object" || node === null) return true;
    // The deepest field may hold a list of plain values.
    if (depth > (Array.isArray(node) ? MAX_DEPTH + 1 : MAX_DEPTH)) return false;
    if (Array.isArray(node)) return node.length <= 100 && node.every((item) => walk(item, depth + 1));
    return Object.entries(node).every(
      ([name, item]) => ++keys <= MAX_KEYS && /^[A-Za-z0-9_-]{1,64}$/.test(name) && !prototypeNames.has(name) && walk(item, depth + 1),
    );
  };
  return walk(value, 1) && Buffer.byteLength(JSON.stringify(value)) <= MAX_BYTES;
}

/** Every value with its path; a path that is a field ends there, whatever it holds. */
function* leaves(node: Metadata, fields: ReadonlyMap<string, unknown>, prefix = ""): Generator<[string, unknown]> {
  for (const [name, value] of Object.entries(node)) {
    const path = prefix + name;
    const isBranch = typeof value === "object" && value !== null && !Array.isArray(value) && !fields.has(path);
    if (isBranch && Object.keys(value).length > 0) yield* leaves(value as Metadata, fields, `${path}.`);
    else yield [path, value];
  }
}

function validateField(field: MetadataFieldSettings, value: unknown, setBy: MetadataAuthority): RefusalReason | undefined {
  if (!maySetField(field, setBy)) return "NOT_ALLOWED";
  if (!hasType(field.type, value)) return "TYPE";
  const { allowedValues } = field;
  const values = Array.isArray(value) ? value : [value];
  return allowedValues && !values.every((item) => allowedValues.includes(item as never)) ? "VALUE" : undefined;
}

const maySetField = ({ setBy }: MetadataFieldSettings, requestedBy: MetadataAuthority) =>
  metadataAuthorities.indexOf(setBy) <= metadataAuthorities.indexOf(requestedBy);

function hasType(type: MetadataFieldSettings["type"], value: unknown): boolean {
  switch (type) {
    case "STRING":
      return typeof value === "string" && value.length <= 4096;
    case "NUMBER":
      return typeof value === "number";
    case "BOOLEAN":
      return typeof value === "boolean";
    case "DATE":
      return (
        typeof value === "string" &&
        /^\d{4}-\d{2}-\d{2}(T[\d:.]{5,12}(Z|[+-]\d{2}:\d{2}))?$/.test(value) &&
        !Number.isNaN(Date.parse(value))
      );
    case "STRING_LIST":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
    case "JSON":
      return true;
  }
}

function getPath(node: Metadata, path: string): unknown {
  let current: unknown = node;
  for (const segment of path.split(".")) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, segment)) return undefined;
    current = (current as Metadata)[segment];
  }
  return current;
}

function setPath(node: Record<string, unknown>, path: string, value: unknown): void {
  const segments = path.split(".");
  const last = segments.pop() as string;
  let current = node;
  for (const segment of segments) {
    if (!Object.hasOwn(current, segment)) current[segment] = {};
    current = current[segment] as Record<string, unknown>;
  }
  current[last] = value;
}
