import { registerEnumType } from "type-graphql";

interface EnumDefinition<Name extends string> {
  readonly name: string;
  readonly description: string;
  /** Names of the values, in the order of the schema; in code, each value is its name. */
  readonly names: readonly Name[];
  readonly descriptions: Readonly<Record<NoInfer<Name>, string>>;
}

/** Defines an enum of the schema from the names that the domain declares. */
export function defineEnum<Name extends string>(definition: EnumDefinition<Name>): { readonly [Value in Name]: Value } {
  const { name, description, names, descriptions } = definition;
  const values = Object.fromEntries(names.map((value) => [value, value])) as { [Value in Name]: Value };
  const valuesConfig = Object.fromEntries(names.map((value) => [value, { description: descriptions[value] }]));
  registerEnumType(values, { name, description, valuesConfig: valuesConfig as { [Value in Name]: { description: string } } });
  return values;
}
