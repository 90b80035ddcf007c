import { assertInputObjectType, assertValidSchema, type GraphQLSchema, printSchema } from "graphql";
import { buildSchema, type NonEmptyArray } from "type-graphql";
import { type FlowContext, flows } from "../flows/index.js";
import { type ManagementContext, managementAreas } from "../management/index.js";
import { refuseOddText } from "./argument-limits.js";

/** A schema and its published text. */
export interface PublishedSchema {
  readonly schema: GraphQLSchema;
  readonly sdl: string;
}
export interface Schemas {
  readonly authentication: PublishedSchema;
  readonly management: PublishedSchema;
}
/** Requests carry the resolver objects of their gateway: one process can compose several. */
export interface ResolverHost {
  readonly resolvers: ReadonlyMap<unknown, object>;
}

const oneOfInputs = ["AddressInput", "HandleInput", "ReauthenticateInput", "SecondFactorProofInput"];
/** printSchema leaves this out, and readers older than graphql-js 16.9 need it. */
const ONE_OF_DIRECTIVE =
  '"""Exactly one field must be given. Written out so that tools older than graphql-js 16.9 can read this file."""\ndirective @oneOf on INPUT_OBJECT\n\n';

let building: Promise<Schemas> | undefined;

/** Both schemas, built once a process. */
export function buildSchemas(): Promise<Schemas> {
  building ??= build();
  return building;
}

async function build(): Promise<Schemas> {
  // One after the other: TypeGraphQL keeps its build settings in one place.
  const authentication = await buildOne(
    flows.map(({ resolver }) => resolver),
    oneOfInputs,
  );
  const management = await buildOne(
    managementAreas.map(({ resolver }) => resolver),
    [],
  );
  return { authentication, management };
}

async function buildOne(resolvers: readonly unknown[], oneOf: readonly string[]): Promise<PublishedSchema> {
  const schema = await buildSchema({
    // biome-ignore lint/complexity/noBannedTypes: the library's own type
    resolvers: resolvers as NonEmptyArray<Function>,
    orphanedTypes: [],
    validate: false,
    validateFn: refuseOddText,
    container: ({ context }: { context: (FlowContext | ManagementContext) & ResolverHost }) => ({
      get: (resolver) => context.resolvers.get(resolver),
    }),
  });
  // TypeGraphQL has no @oneOf, so the built types are marked and the schema is checked again.
  for (const name of oneOf) (assertInputObjectType(schema.getType(name)) as { isOneOf: boolean }).isOneOf = true;
  (schema as { __validationErrors?: unknown }).__validationErrors = undefined;
  assertValidSchema(schema);
  return { schema, sdl: `${oneOf.length > 0 ? ONE_OF_DIRECTIVE : ""}${printSchema(schema)}\n` };
}
