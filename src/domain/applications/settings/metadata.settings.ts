import { z } from "zod";
import { hasMetadataType, metadataTypes } from "./metadata-values.js";

/** Claims of the token itself: no metadata path may begin with one, in any case. */
export const reservedClaims: ReadonlySet<string> = new Set([
  ..."iss sub aud exp nbf iat jti auth_time amr acr azp scope client_id sid typ email email_verified phone_number userName".split(" "),
]);
export const metadataAuthorities = ["USER", "INVITER", "DEVELOPER"] as const;
/** Names that would access an object's prototype. */
export const prototypeNames: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

const path = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){0,2}$/, "must be one to three segments of letters, digits, _ and -, joined by dots")
  .refine((value) => !reservedClaims.has(value.split(".")[0] ?? ""), "must not begin with a reserved claim name")
  .refine((value) => !value.split(".").some((segment) => prototypeNames.has(segment)), "must not contain a reserved name");

export const metadataField = z.strictObject({
  path,
  /** The label shown to users, and Realm's field_name. */
  name: z.string().min(1).max(63).optional(),
  type: z.enum(metadataTypes).default("STRING"),
  setBy: z.enum(metadataAuthorities).default("USER"),
  allowedValues: z
    .array(z.union([z.string().max(256), z.number(), z.boolean()]))
    .max(100)
    .optional(),
  required: z.boolean().default(false),
  editable: z.boolean().default(true),
  inToken: z.boolean().default(true),
  default: z.json().optional(),
});
export type MetadataFieldSettings = z.output<typeof metadataField>;

export const metadataSettings = z.strictObject({
  fields: z
    .array(metadataField)
    .max(50)
    .refine((fields) => {
      const paths = fields.map((field) => field.path);
      return !paths.some((a, aIndex) => paths.some((b, bIndex) => bIndex !== aIndex && (b === a || b.startsWith(`${a}.`))));
    }, "must not repeat a path or nest one path inside another")
    .default([])
    .describe("Fields of the users' metadata: a list of { path, name, type, setBy, allowedValues, required, editable, inToken, default }."),
});

/**
 * Why a field must not be added, although one that is stored is kept: its path is a reserved claim in another case, or its default or an
 * allowed value does not have its type. Null when nothing forbids it.
 */
export function findMetadataFieldProblem({ path, type, allowedValues = [], default: value }: MetadataFieldSettings): string | null {
  const [claim = ""] = path.split(".");
  if ([...reservedClaims].some((reserved) => reserved.toLowerCase() === claim.toLowerCase()))
    return `${path} must not begin with a reserved claim name, in upper or lower case`;
  if (value !== undefined && !hasMetadataType(type, value)) return `the default of ${path} must be of type ${type}`;
  const itemType = type === "STRING_LIST" ? "STRING" : type;
  return allowedValues.every((item) => hasMetadataType(itemType, item)) ? null : `allowedValues of ${path} must be of type ${itemType}`;
}
