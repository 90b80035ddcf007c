import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "dotenv";
import { describe, expect, it } from "vitest";
import { InvalidEnvironmentError, parseEnvironment, secretVariables } from "./environment.js";

const KEYS = "k1:c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlISE=";
const production = {
  ...{ GATEWAY_MODE: "production", PUBLIC_URL: "https://auth.example.com", MASTER_KEYS: KEYS },
  DATABASE_URL: "mysql://latchkey:secret@db.internal:3306/latchkey",
};
const folder = mkdtempSync(join(tmpdir(), "latchkey-environment-"));
const secretFile = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

function failuresOf(variables: Record<string, string>): readonly string[] {
  try {
    parseEnvironment(variables);
    return [];
  } catch (error) {
    if (error instanceof InvalidEnvironmentError) return error.failures;
    throw error;
  }
}

describe("database and mail URLs", () => {
  it.each([
    ["slash in the password", "mysql://u:pa/ss@db.internal:3306/latchkey"],
    ["percent sign in the password", "mysql://u:p%zz@db.internal:3306/latchkey"],
    ["no database", "mysql://u:pass@db.internal:3306"],
    ["empty database", "mysql://u:pass@db.internal:3306/"],
    ["unquoted # in .env", parse("DATABASE_URL=mysql://u:pa#ss@db.internal:3306/latchkey")["DATABASE_URL"] ?? ""],
  ])("DATABASE_URL - %s - is named with the remedy, beside the other failure, and without its value (B-17)", (_, url) => {
    const failures = failuresOf({ ...production, DATABASE_URL: url, BCRYPT_COST: "4" });
    expect(failures.map((failure) => failure.split(" ")[0])).toEqual(["DATABASE_URL", "BCRYPT_COST"]);
    expect(failures[0]).toContain("percent-encode");
    expect(failures.join()).not.toMatch(/u:p|db\.internal/);
  });

  it.each([
    "smtp://u:p%zz@mail.example",
    "smtp://u:pa/ss@mail.example",
    "smtp://",
    "imap://mail.example",
  ])("SMTP_URL - %s - is named (B-17)", (url) => {
    expect(failuresOf({ ...production, SMTP_URL: url })).toEqual([expect.stringMatching(/^SMTP_URL must be .*percent-encode/)]);
  });

  it("GATEWAY_MODE - unknown value - is the only failure", () => {
    expect(failuresOf({ GATEWAY_MODE: "prod", HOST: "0.0.0.0" })).toEqual([expect.stringMatching(/^GATEWAY_MODE /)]);
  });
});

describe("secrets from files", () => {
  it("NAME_FILE - every secret variable - is read from the file, without one line break", () => {
    expect([...secretVariables].sort()).toEqual(["DATABASE_URL", "MASTER_KEYS", "METRICS_TOKEN", "SMTP_URL"]);
    const values = { ...production, METRICS_TOKEN: "a token of sixteen or more", SMTP_URL: "smtps://u:p@mail.example" };
    const files = secretVariables.map((name, index) => [
      `${name}_FILE`,
      secretFile(name, `${values[name as keyof typeof values]}${["", "\n", "\r\n"][index % 3]}`),
    ]);
    const { GATEWAY_MODE, PUBLIC_URL } = production;
    expect(parseEnvironment({ GATEWAY_MODE, PUBLIC_URL, ...Object.fromEntries(files) })).toEqual(parseEnvironment(values));
  });

  it("NAME_FILE - beside NAME, missing or empty file - is a failure that names the variable", () => {
    const { MASTER_KEYS: _, ...others } = production;
    expect(failuresOf({ ...production, MASTER_KEYS_FILE: secretFile("both", KEYS) })).toEqual([
      "MASTER_KEYS and MASTER_KEYS_FILE are both set; keep one of them",
    ]);
    expect(failuresOf({ ...others, MASTER_KEYS_FILE: join(folder, "missing") })).toEqual([
      expect.stringMatching(/^MASTER_KEYS_FILE .*ENOENT/),
    ]);
    expect(failuresOf({ ...others, MASTER_KEYS_FILE: secretFile("empty", "\n") })).toEqual(["MASTER_KEYS_FILE names an empty file"]);
  });

  it.each(["\n", "\r\n"])("every variable - %j at its end - is the same as without", (lineBreak) => {
    const padded = Object.entries({ ...production, PORT: "4321", HOST: "0.0.0.0" }).map(([name, value]) => [name, value + lineBreak]);
    expect(parseEnvironment(Object.fromEntries(padded))).toEqual(parseEnvironment({ ...production, PORT: "4321", HOST: "0.0.0.0" }));
  });
});

it("PUBLIC_URL - not set, listening on every address - is one that can be opened", () => {
  const development = { HOST: "0.0.0.0", DEVELOPMENT_ALLOW_HOST: "1" };
  expect(parseEnvironment(development).PUBLIC_URL).toBe("http://127.0.0.1:4000");
});
