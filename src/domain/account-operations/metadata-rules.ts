import { hasMetadataType, type MetadataFieldSettings, metadataAuthorities } from "../applications/index.js";
import { getAtPath, isWithinLimits, MAX_METADATA_KEYS, type Metadata, setAtPath } from "../users/index.js";

type MetadataAuthority = (typeof metadataAuthorities)[number];
type RefusalReason = "UNKNOWN" | "REQUIRED" | "TYPE" | "VALUE" | "NOT_ALLOWED" | "TOO_LARGE";
interface RefusedMetadataField {
  readonly path: string;
  readonly reason: RefusalReason;
}
export type MetadataValidation =
  | { readonly kind: "accepted"; readonly metadata: Metadata }
  | { readonly kind: "refused"; readonly fields: readonly RefusedMetadataField[] };

interface GivenMetadata {
  readonly given: Metadata;
  /** Unknown fields and fields that this authority may not set are refused, never dropped. */
  readonly setBy: MetadataAuthority;
}
export type MetadataChange =
  /** All metadata of a new user: defaults are filled in, and required fields must be given. */
  | (GivenMetadata & { readonly kind: "complete" })
  /** Part of the metadata of a new user. Fields with setBy INVITER need allowed values when a user invites. */
  | (GivenMetadata & { readonly kind: "partial" })
  /** Given fields are set, null removes one, the others stay. Fields the user may not edit are accepted with their current values. */
  | (GivenMetadata & { readonly kind: "change"; readonly current: Metadata })
  /** The values of an invitation take precedence over those the user gives; defaults are filled in, and required fields must be there. */
  | { readonly kind: "merge"; readonly given: Metadata; readonly invitationMetadata: Metadata };

const TOO_LARGE: MetadataValidation = { kind: "refused", fields: [{ path: "", reason: "TOO_LARGE" }] };

/** Validates a change against the application's fields and returns the resulting metadata. */
export function validateMetadata(fields: readonly MetadataFieldSettings[], change: MetadataChange): MetadataValidation {
  if (change.kind === "merge") return mergeMetadata(fields, change.given, change.invitationMetadata);
  const { given, setBy } = change;
  if (!isWithinLimits(given)) return TOO_LARGE;
  const byPath = new Map(fields.map((field) => [field.path, field]));
  const metadata: Record<string, unknown> = change.kind === "change" ? structuredClone(change.current) : {};
  const refused: RefusedMetadataField[] = [];
  for (const [path, value] of leaves(given, byPath)) {
    const field = byPath.get(path);
    // A client may send back what it has read.
    if (field && change.kind === "change" && JSON.stringify(getAtPath(change.current, path)) === JSON.stringify(value)) continue;
    const reason = field ? findReason(field, value, change) : "UNKNOWN";
    if (reason) refused.push({ path, reason });
    else if (value === null && change.kind === "change") removePath(metadata, path);
    else setAtPath(metadata, path, value);
  }
  if (change.kind === "complete") refused.push(...fillDefaults(fields, metadata, setBy));
  if (refused.length > 0) return { kind: "refused", fields: refused.slice(0, MAX_METADATA_KEYS) };
  return change.kind === "change" && !isWithinLimits(metadata) ? TOO_LARGE : { kind: "accepted", metadata };
}

function mergeMetadata(fields: readonly MetadataFieldSettings[], given: Metadata, invitationMetadata: Metadata): MetadataValidation {
  const accepted = validateMetadata(fields, { kind: "partial", given, setBy: "USER" });
  if (accepted.kind === "refused") return accepted;
  const metadata: Record<string, unknown> = {};
  for (const field of fields) {
    const value = getAtPath(invitationMetadata, field.path) ?? getAtPath(accepted.metadata, field.path) ?? field.default;
    if (value !== undefined) setAtPath(metadata, field.path, value);
  }
  const refused = fillDefaults(fields, metadata, "USER");
  if (refused.length > 0) return { kind: "refused", fields: refused };
  return isWithinLimits(metadata) ? { kind: "accepted", metadata } : TOO_LARGE;
}

/** Sets the defaults of missing fields; returns the required fields that are still missing and that `setBy` may set. */
function fillDefaults(
  fields: readonly MetadataFieldSettings[],
  metadata: Record<string, unknown>,
  setBy: MetadataAuthority,
): RefusedMetadataField[] {
  const missing = fields.filter(({ path }) => getAtPath(metadata, path) === undefined);
  for (const field of missing) if (field.default !== undefined) setAtPath(metadata, field.path, field.default);
  return missing
    .filter((field) => field.default === undefined && field.required && maySetField(field, setBy))
    .map(({ path }) => ({ path, reason: "REQUIRED" }));
}

function findReason(
  field: MetadataFieldSettings,
  value: unknown,
  { kind, setBy }: Exclude<MetadataChange, { kind: "merge" }>,
): RefusalReason | undefined {
  if (!maySetField(field, setBy)) return "NOT_ALLOWED";
  if (kind === "partial" && field.setBy === "INVITER" && setBy === "INVITER" && field.allowedValues === undefined) return "NOT_ALLOWED";
  if (kind === "change" && !field.editable && setBy === "USER") return "NOT_ALLOWED";
  if (kind === "change" && value === null) return field.required ? "REQUIRED" : undefined;
  if (!hasMetadataType(field.type, value)) return "TYPE";
  const { allowedValues } = field;
  const values = Array.isArray(value) ? value : [value];
  return allowedValues && !values.every((item) => allowedValues.includes(item as never)) ? "VALUE" : undefined;
}

/** Every value with its path; the value of a field is not descended into. */
function* leaves(node: Metadata, fields: ReadonlyMap<string, unknown>, prefix = ""): Generator<[string, unknown]> {
  for (const [name, value] of Object.entries(node)) {
    const path = prefix + name;
    const isBranch = typeof value === "object" && value !== null && !Array.isArray(value) && !fields.has(path);
    if (isBranch && Object.keys(value).length > 0) yield* leaves(value as Metadata, fields, `${path}.`);
    else yield [path, value];
  }
}

const maySetField = ({ setBy }: MetadataFieldSettings, requestedBy: MetadataAuthority) =>
  metadataAuthorities.indexOf(setBy) <= metadataAuthorities.indexOf(requestedBy);

function removePath(node: Record<string, unknown>, path: string): void {
  const [first = "", ...rest] = path.split(".");
  const inner = node[first];
  if (rest.length > 0 && typeof inner === "object" && inner !== null) {
    removePath(inner as Record<string, unknown>, rest.join("."));
    // A client may send back what it has read, so objects without values are removed.
    if (Object.keys(inner).length === 0) delete node[first];
  } else if (rest.length === 0) delete node[first];
}
