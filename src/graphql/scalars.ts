import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped } from "graphql";
import { isWithinLimits, type Metadata } from "../domain/users/index.js";

/** Serialized as ISO 8601 in UTC with milliseconds. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: "DateTime",
  description: "Date and time in ISO 8601 format, UTC, with milliseconds, e.g. 2026-11-23T08:10:00.000Z.",
  serialize: (value) => (value as Date).toISOString(),
  parseValue: parseInstant,
  parseLiteral: (node) => parseInstant(node.kind === Kind.STRING ? node.value : undefined),
});

function parseInstant(value: unknown): Date {
  const instant = typeof value === "string" ? new Date(value) : undefined;
  if (!instant || Number.isNaN(instant.getTime())) throw new GraphQLError("Invalid date-time: ISO 8601 expected");
  return instant;
}

/** Metadata objects. Values that exceed the limits are rejected before a resolver runs. */
export const JsonScalar = new GraphQLScalarType<Metadata, unknown>({
  name: "JSON",
  description:
    "Metadata as a JSON object with the fields of Application.metadataFields; at most 8 KiB, 50 keys and three levels of nesting.",
  serialize: (value) => value,
  parseValue: parseMetadata,
  parseLiteral: (node, variables) => parseMetadata(valueFromASTUntyped(node, variables)),
});

function parseMetadata(value: unknown): Metadata {
  if (typeof value !== "object" || value === null || Array.isArray(value) || !isWithinLimits(value))
    throw new GraphQLError("JSON object exceeds the limits (8 KiB, 50 keys, depth 3)");
  return JSON.parse(JSON.stringify(value)) as Metadata;
}
