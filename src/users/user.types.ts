import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped } from "graphql";
import { Field, ID, ObjectType } from "type-graphql";
import { isBounded, type Metadata } from "./metadata.js";
import type { User } from "./user.js";

/** Instants leave as ISO 8601 in UTC with milliseconds. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: "DateTime",
  description: "An instant: ISO 8601, UTC, milliseconds, e.g. 2026-11-23T08:10:00.000Z.",
  serialize: (value) => (value as Date).toISOString(),
  parseValue: parseInstant,
  parseLiteral: (node) => parseInstant(node.kind === Kind.STRING ? node.value : undefined),
});

function parseInstant(value: unknown): Date {
  const instant = typeof value === "string" ? new Date(value) : undefined;
  if (!instant || Number.isNaN(instant.getTime())) throw new GraphQLError("Not an ISO 8601 instant");
  return instant;
}

/** Metadata objects; anything larger or odder than the limits is refused before a resolver sees it. */
export const JsonScalar = new GraphQLScalarType<Metadata, unknown>({
  name: "JSON",
  description: "Metadata: an object of at most 8 KiB, 50 keys, depth 3, shaped by Application.metadataFields.",
  serialize: (value) => value,
  parseValue: parseMetadata,
  parseLiteral: (node, variables) => parseMetadata(valueFromASTUntyped(node, variables)),
});

function parseMetadata(value: unknown): Metadata {
  if (typeof value !== "object" || value === null || Array.isArray(value) || !isBounded(value))
    throw new GraphQLError("Not a bounded JSON object");
  return JSON.parse(JSON.stringify(value)) as Metadata;
}

/** The user as the schema shows it. Lists hang on it by field resolvers. */
@ObjectType("User", { simpleResolvers: true, description: "A person who has an account in this application." })
export class UserView {
  @Field(() => ID, { description: "Opaque, never reused. The JWT's sub unless the user was imported." })
  id!: string;

  @Field(() => String, { nullable: true, description: "The address the user logs in with, in canonical form." })
  email!: string | null;

  @Field(() => Boolean, { description: "True for users without an address." })
  isAnonymous!: boolean;

  @Field(() => JsonScalar, { description: "What the application's metadata fields hold for this user, nested by their paths." })
  metadata!: Metadata;

  @Field(() => String, { description: "Language of messages to this user, e.g. en." })
  locale!: string;

  @Field(() => DateTime, { description: "When the account was made." })
  createdAt!: Date;

  /** The session this view was asked for with; not part of the schema. */
  currentSessionId!: string;

  /** Whom it shows; not part of the schema. */
  user!: User;

  static from(user: User, currentSessionId: string): UserView {
    const { id, email, metadata, locale, createdAt } = user;
    return Object.assign(new UserView(), { id, email, isAnonymous: email === null, metadata, locale, createdAt, currentSessionId, user });
  }
}
