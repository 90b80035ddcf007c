import { readFileSync } from "node:fs";

type Variables = Readonly<Record<string, string | undefined>>;
export interface ProvidedVariables {
  readonly values: Readonly<Record<string, string>>;
  readonly failures: readonly string[];
}

/**
 * The variables that have a value, without one line break at their end, which files and secret stores add. The value of a secret NAME may
 * be in the file that NAME_FILE names.
 */
export function provideVariables(variables: Variables, secretNames: readonly string[]): ProvidedVariables {
  const entries = Object.entries(variables).map(([name, value = ""]) => [name, withoutLineBreak(value)] as const);
  const values: Record<string, string> = Object.fromEntries(entries.filter(([, value]) => value !== ""));
  const failures: string[] = [];
  for (const name of secretNames) {
    const file = values[`${name}_FILE`];
    if (file === undefined) continue;
    if (values[name] === undefined) readSecret(name, file, values, failures);
    else failures.push(`${name} and ${name}_FILE are both set; keep one of them`);
  }
  return { values, failures };
}

function readSecret(name: string, file: string, values: Record<string, string>, failures: string[]): void {
  try {
    const value = withoutLineBreak(readFileSync(file, "utf8"));
    if (value === "") failures.push(`${name}_FILE names an empty file`);
    else values[name] = value;
  } catch (error) {
    failures.push(`${name}_FILE names a file that cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown error"})`);
  }
}

const withoutLineBreak = (value: string) => value.replace(/\r?\n$/, "");
