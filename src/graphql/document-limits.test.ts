import { buildSchema, parse, validate } from "graphql";
import { describe, expect, it } from "vitest";
import { documentLimits, limitDocuments } from "./document-limits.js";

const schema = buildSchema(`
  directive @d repeatable on FIELD
  type Node { id: ID node: Node nodes: [Node] }
  type Query { id: ID node: Node nodes: [Node] }
  type Mutation { act: Node other: Node }
`);
const { depth, aliases, directives, queryFields, selections } = documentLimits;
const isAccepted = (document: string, allowsIntrospection = false) =>
  validate(schema, parse(document), [limitDocuments(documentLimits, allowsIntrospection)]).length === 0;
const repeat = (count: number, text: (index: number) => string, separator = " ") =>
  Array.from({ length: count }, (_, index) => text(index)).join(separator);
const nested = (levels: number) => `${"{ node ".repeat(levels - 1)}{ id }${" }".repeat(levels - 1)}`;
const nestedType = (levels: number) => `${"{ ofType ".repeat(levels)}{ name }${" }".repeat(levels)}`;
/** Fragment F0 contains F1 `times` times, F1 contains F2, and so on: `times` to the power of `count` fields. */
const fragments = (count: number, times: number) =>
  `${repeat(count, (index) => `fragment F${index} on Node { ${repeat(times, () => `...F${index + 1}`)} }`)} fragment F${count} on Node { id }`;

describe("limits of documents", () => {
  it.each<[string, (count: number) => string, number]>([
    ["levels of fields", nested, depth],
    [
      "levels through inline fragments",
      (count) => `{ ${"... on Query { ".repeat(count)} ${nested(count).slice(1, -1)} ${"} ".repeat(count)} }`,
      depth,
    ],
    ["levels through a fragment", (count) => `{ node { ...F } } fragment F on Node ${nested(count - 1)}`, depth],
    ["levels in the second operation", (count) => `query A { id } query B ${nested(count)}`, depth],
    ["aliases", (count) => `{ node { ${repeat(count, (index) => `a${index}: id`)} } }`, aliases],
    [
      "aliases in a fragment used twice",
      (count) =>
        `{ node { ...F node { ...F } ${count % 2 ? "b: id" : ""} } } fragment F on Node { ${repeat(Math.floor(count / 2), (index) => `a${index}: id`)} }`,
      aliases,
    ],
    ["directives", (count) => `{ node { id ${"@d ".repeat(count)} } }`, directives],
    ["directives in an unused fragment", (count) => `{ id } fragment F on Node { id ${"@d ".repeat(count)} }`, directives],
    ["fields of a query", (count) => `{ ${repeat(count, () => "id")} }`, queryFields],
    ["fields of a query through a fragment", (count) => `{ ...F } fragment F on Query { ${repeat(count, () => "id")} }`, queryFields],
    ["fields of a mutation", (count) => `mutation { ${repeat(count, () => "act { id }")} }`, 1],
    [
      "fields of a mutation through fragments",
      (count) => `mutation { ${repeat(count, () => "...F")} } fragment F on Mutation { act { id } }`,
      1,
    ],
    ["selections", (count) => `{ node { ${repeat(count - 1, () => "id")} } }`, selections],
  ])("%s - as many as permitted - are accepted, one more is rejected", (_, document, limit) => {
    expect([isAccepted(document(limit)), isAccepted(document(limit + 1))]).toEqual([true, false]);
  });

  it.each([
    ["a fragment in itself", "{ node { ...F } } fragment F on Node { ...F }"],
    ["two fragments in each other", "{ node { ...F } } fragment F on Node { ...G } fragment G on Node { node { ...F } }"],
    ["ten to the power of thirty fields", `{ node { ...F0 } } ${fragments(30, 10)}`],
    ["a subscription", "subscription { id }"],
    ["a subscription beside a query", "query A { id } subscription B { id }"],
    ["the schema beside a field, deeper than other documents", `{ id __schema { types ${nestedType(depth)} } }`],
    ["a mutation beside a deep one", `mutation A { act { id } } mutation B { act ${nested(depth)} }`],
  ])("%s - is rejected", (_, document) => {
    expect(isAccepted(document, true)).toBe(false);
  });

  it.each([
    ["an unused fragment in itself", "{ id } fragment F on Node { ...F }"],
    ["an unknown fragment, which another rule reports", "{ node { ...Unknown } }"],
    ["__typename beside the fields of a query", `{ __typename ${repeat(queryFields, () => "id")} }`],
    ["__typename beside the field of a mutation", "mutation { __typename act { id } }"],
  ])("%s - is accepted", (_, document) => {
    expect(isAccepted(document)).toBe(true);
  });

  it("introspection - deeper than other documents - is limited by selections only where it is allowed", () => {
    const types = `{ __schema { types ${nestedType(depth)} } }`;
    const wide = `{ __schema { types { ${repeat(selections, () => "name")} } } }`;
    expect([isAccepted(types, true), isAccepted(types, false), isAccepted(wide, true)]).toEqual([true, false, false]);
  });
});
