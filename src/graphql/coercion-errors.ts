import {
  type GraphQLError,
  type GraphQLSchema,
  type GraphQLType,
  getNullableType,
  isInputObjectType,
  isListType,
  Kind,
  typeFromAST,
} from "graphql";

/** Path in a message of graphql-js. Quotation marks within submitted values are escaped, so that they do not match. */
const PATH = /at "([\w.[\]]{1,200})"/;
/** At the end of the message, after the submitted value. */
const MISSING_FIELD = /; Field "(\w{1,64})" of required type "[^"]+" was not provided\.$/;

/**
 * Path and expected type of a variable that graphql-js has rejected. The type is looked up in the schema by the path, because the message
 * contains the submitted value.
 */
export function describeCoercionError(
  { message, nodes }: GraphQLError,
  schema: GraphQLSchema,
): { readonly path?: string; readonly explanation?: string } {
  const [definition] = nodes ?? [];
  if (definition?.kind !== Kind.VARIABLE_DEFINITION) return {};
  const variable = definition.variable.name.value;
  const variableType = typeFromAST(schema, definition.type as never);
  const parent = PATH.exec(message)?.[1] ?? variable;
  const missing = MISSING_FIELD.exec(message)?.[1];
  // A submitted name of a field can look like a path: only paths of the schema are repeated.
  for (const path of [...(missing === undefined ? [] : [`${parent}.${missing}`]), parent, variable]) {
    const type = path.split(/[.[]/)[0] === variable ? typeAtPath(variableType, path) : undefined;
    if (type) return { path, explanation: `Expected ${describe(type)} at ${path}.` };
  }
  return {};
}

/** The type at a path such as `input.handle.email` or `input.items[0]`, whose first name is the variable. */
function typeAtPath(root: GraphQLType | undefined, path: string): GraphQLType | undefined {
  const [, ...segments] = path.split(/[.[\]]+/).filter(Boolean);
  return segments.reduce<GraphQLType | undefined>((type, segment) => {
    const nullable = getNullableType(type);
    if (isListType(nullable)) return /^\d+$/.test(segment) ? nullable.ofType : undefined;
    return isInputObjectType(nullable) ? nullable.getFields()[segment]?.type : undefined;
  }, root);
}

function describe(type: GraphQLType): string {
  const nullable = getNullableType(type);
  return isInputObjectType(nullable) && nullable.isOneOf ? `${type} with exactly one field` : String(type);
}
