import { readFileSync } from "node:fs";
import {
  buildSchema,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isUnionType,
} from "graphql";
import type { Answer, Client } from "./client.js";
import { PASSWORD, uniqueEmail } from "./people.js";

export type Path = readonly string[];
/** One operation of a schema with valid arguments, and every input position in them. */
export interface Probe {
  readonly name: string;
  readonly isMutation: boolean;
  readonly query: string;
  /** New arguments: an unused address, an acceptable password, invented codes, tokens and ids. */
  variables(): Record<string, unknown>;
  readonly positions: readonly InputPosition[];
}
export interface InputPosition {
  readonly path: Path;
  /** Name of the input type at this position. */
  readonly type: string;
}

export type SchemaName = "authentication" | "management";

/** Every operation of a schema, generated from its SDL, so that new operations are covered. */
export function probesOf(name: SchemaName): Probe[] {
  const schema = buildSchema(readFileSync(`schema/${name}.graphql`, "utf8"));
  const queries = Object.values(schema.getQueryType()?.getFields() ?? {}).map((field) => ({ field, isMutation: false }));
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {}).map((field) => ({ field, isMutation: true }));
  return [...queries, ...mutations].map(({ field, isMutation }) => {
    const declared = field.args.map((argument) => `$${argument.name}: ${argument.type}`).join(", ");
    const passed = field.args.map((argument) => `${argument.name}: $${argument.name}`).join(", ");
    const result = getNamedType(field.type);
    const hasUserErrors =
      isUnionType(result) && result.getTypes().some((member) => member.getInterfaces().some(({ name }) => name === "UserError"));
    const selection = isCompositeType(result) ? `{ __typename${hasUserErrors ? " ... on UserError { code }" : ""} }` : "";
    return {
      name: field.name,
      isMutation,
      query: `${isMutation ? "mutation" : "query"} Probe${declared && `(${declared})`} { ${field.name}${passed && `(${passed})`} ${selection} }`,
      variables: () => Object.fromEntries(field.args.map(({ name, type }) => [name, validValue(type, name)])),
      positions: field.args.flatMap(({ name, type }) => positionsOf(type, [name])),
    };
  });
}

function validValue(type: GraphQLInputType, name: string): unknown {
  const bare = isNonNullType(type) ? type.ofType : type;
  if (isListType(bare)) return [validValue(bare.ofType as GraphQLInputType, name)];
  if (isEnumType(bare)) return bare.getValues()[0]?.name;
  if (isInputObjectType(bare)) {
    const fields = Object.values(bare.getFields());
    const given = bare.isOneOf ? fields.slice(0, 1) : fields.filter((field) => isNonNullType(field.type));
    return Object.fromEntries(given.map((field) => [field.name, validValue(field.type, field.name)]));
  }
  return validScalar(String(bare), name);
}

function validScalar(type: string, name: string): unknown {
  if (type === "Int" || type === "Float") return 1;
  if (type === "Boolean") return true;
  if (type === "DateTime") return "2030-01-01T00:00:00.000Z";
  if (type === "JSON" || type === "JSONObject") return {};
  if (type === "ID" || name.endsWith("Id")) return "00000000-0000-4000-8000-000000000000";
  if (name === "email") return uniqueEmail("probe");
  if (/password/i.test(name)) return PASSWORD;
  return name === "code" ? "123456" : "probe";
}

function positionsOf(type: GraphQLInputType, path: Path): InputPosition[] {
  const bare = getNullableType(type);
  const position = { path, type: String(bare) };
  if (!isInputObjectType(bare)) return [position];
  return [position, ...Object.values(bare.getFields()).flatMap((field) => positionsOf(field.type, [...path, field.name]))];
}

/** The arguments with the value at one path replaced. */
export function withValueAt(variables: Record<string, unknown>, path: Path, value: unknown): Record<string, unknown> {
  const [first = "", ...rest] = path;
  const inner = variables[first];
  const next = rest.length === 0 ? value : withValueAt(typeof inner === "object" && inner !== null ? { ...inner } : {}, rest, value);
  return { ...variables, [first]: next };
}

/** Sends a probe. */
export function send(
  client: Client,
  { query, variables }: Probe,
  change: (variables: Record<string, unknown>) => unknown = (same) => same,
) {
  return client.post<Record<string, unknown>>({ query, variables: change(variables()) }) as Promise<Answer<Record<string, unknown>>>;
}
