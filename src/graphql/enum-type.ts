import { registerEnumType } from "type-graphql";

/** Registers an enum of the schema; each value is represented by its name. */
export function enumType<Value extends string>(name: string, description: string, values: Readonly<Record<Value, string>>) {
  const names = Object.keys(values) as Value[];
  const type = Object.fromEntries(names.map((value) => [value, value])) as { [V in Value]: V };
  const described = names.map((value) => [value, { description: values[value] }]);
  const valuesConfig = Object.fromEntries(described) as Record<Value, { description: string }>;
  registerEnumType(type, { name, description, valuesConfig });
  return type;
}
