export const metadataTypes = ["STRING", "NUMBER", "BOOLEAN", "DATE", "STRING_LIST", "JSON"] as const;
type MetadataType = (typeof metadataTypes)[number];

const MAX_STRING_LENGTH = 4096;
const DATE = /^(\d{4}-\d{2}-\d{2})(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d))?$/;

/** True when a value has the type of a metadata field. */
export function hasMetadataType(type: MetadataType, value: unknown): boolean {
  switch (type) {
    case "STRING":
      return typeof value === "string" && value.length <= MAX_STRING_LENGTH;
    case "NUMBER":
      return typeof value === "number";
    case "BOOLEAN":
      return typeof value === "boolean";
    case "DATE":
      return typeof value === "string" && isDate(value);
    case "STRING_LIST":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
    case "JSON":
      return true;
  }
}

/** A day of the calendar, optionally with a time and its offset (RFC 3339). Date.parse accepts 30 February as 2 March. */
function isDate(text: string): boolean {
  const day = DATE.exec(text)?.[1];
  if (day === undefined) return false;
  const midnight = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}
