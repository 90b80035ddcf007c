import { assertInputObjectType, assertValidSchema, type GraphQLSchema, printSchema } from "graphql";
import { buildSchema, type NonEmptyArray } from "type-graphql";
import { validateInlineArguments } from "./argument-limits.js";

/** A schema and its published SDL. */
export interface PublishedSchema {
  readonly schema: GraphQLSchema;
  /** Printed on first access. */
  readonly sdl: string;
}
// biome-ignore lint/suspicious/noExplicitAny: constructors differ in their parameters
export type ResolverClass = new (...dependencies: any[]) => object;

/** Each request carries the resolver instances of its gateway, because one process can compose several gateways. */
export interface ResolverRegistry {
  readonly resolvers: ReadonlyMap<unknown, object>;
}

/** printSchema omits this directive, and tools older than graphql-js 16.9 need its declaration. */
const ONE_OF_DIRECTIVE =
  '"""Requires exactly one field of the input object. Declared explicitly so that tools older than graphql-js 16.9 can parse this schema."""\ndirective @oneOf on INPUT_OBJECT\n\n';

/** Builds the schema of one API from its resolver classes. `oneOfInputs` names the input types that get `@oneOf`. */
export async function buildPublishedSchema(resolvers: readonly unknown[], oneOfInputs: readonly string[]): Promise<PublishedSchema> {
  const schema = await buildSchema({
    // biome-ignore lint/complexity/noBannedTypes: the library's own type
    resolvers: resolvers as NonEmptyArray<Function>,
    orphanedTypes: [],
    // TypeGraphQL would run an introspection query; assertValidSchema below performs the same checks and more.
    skipCheck: true,
    validate: false,
    validateFn: validateInlineArguments,
    container: ({ context }: { context: ResolverRegistry }) => ({ get: (resolver) => context.resolvers.get(resolver) }),
  });
  // TypeGraphQL does not support @oneOf, so the built types are marked and the schema is validated again.
  for (const name of oneOfInputs) (assertInputObjectType(schema.getType(name)) as { isOneOf: boolean }).isOneOf = true;
  (schema as { __validationErrors?: unknown }).__validationErrors = undefined;
  assertValidSchema(schema);
  let sdl: string | undefined;
  return {
    schema,
    get sdl() {
      sdl ??= `${oneOfInputs.length > 0 ? ONE_OF_DIRECTIVE : ""}${printSchema(schema)}\n`;
      return sdl;
    },
  };
}
