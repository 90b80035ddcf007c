import { readFileSync } from "node:fs";
import { isIPv4, isIPv6 } from "node:net";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { parse } from "dotenv";
import { z } from "zod";
import type { MasterKey } from "../platform/crypto/index.js";
import { findDatabaseUrlProblem } from "../platform/database/index.js";
import { isLoopbackHost } from "../platform/loopback.js";
import { CREDENTIALS_REMEDY, hasReadableCredentials } from "../platform/url-credentials.js";
import { provideVariables } from "./variable-files.js";

const SAMPLE_KEYS = new Set(["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]);
const flag = z.enum(["0", "1"]).transform((value) => value === "1");
const port = z.coerce.number().int().min(0).max(65535);
const list = z.string().transform((value) =>
  value
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean),
);
const httpUrl = z.url({ protocol: /^https?$/ }).transform((value) => value.replace(/\/+$/, ""));
const cidr = z.string().refine((value) => {
  const [address = "", prefixLength = "", ...rest] = value.split("/");
  const maxPrefixLength = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1;
  return (
    rest.length === 0 &&
    maxPrefixLength >= 0 &&
    (prefixLength === "" ? !value.includes("/") : /^\d{1,3}$/.test(prefixLength) && Number(prefixLength) <= maxPrefixLength)
  );
}, "must be addresses or networks such as 10.0.0.0/8");

const masterKeys = z.string().transform((value, context): MasterKey[] => {
  const keys = value.split(",").map((entry) => {
    const [, id, encoded] = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/_-]+={0,2})$/.exec(entry.trim()) ?? [];
    const key = Buffer.from(encoded ?? "", "base64");
    if (!id || key.length !== 32) context.addIssue({ code: "custom", message: "must be id:base64 of 32 bytes, separated by commas" });
    else if (SAMPLE_KEYS.has(key.toString("base64")) || new Set(key).size < 8)
      context.addIssue({ code: "custom", message: "is a sample or low-entropy key; latchkey secrets new prints a new one" });
    return { id: id ?? "", key: new Uint8Array(key) };
  });
  if (new Set(keys.map(({ id }) => id)).size !== keys.length) context.addIssue({ code: "custom", message: "must not repeat an id" });
  return keys;
});

const databaseUrl = z.string().superRefine((value, context) => {
  const message = findDatabaseUrlProblem(value);
  if (message) context.addIssue({ code: "custom", message });
});
const smtpUrl = z
  .string()
  .refine(
    (value) => /^smtps?:\/\/.+$/.test(value) && hasReadableCredentials(value),
    `must be smtp://USER:PASSWORD@HOST:PORT or smtps://...; ${CREDENTIALS_REMEDY}`,
  );

/** A secret is never printed. Instead of its variable NAME, NAME_FILE can name a file that contains it. */
const secret = (description: string) => ({ description, isSecret: true });

/** Every environment variable: description, validation and default. `.env.example` and docs/environment.md are generated from this schema. */
export const environmentSchema = z.object({
  GATEWAY_MODE: z
    .enum(["development", "production"])
    .default("development")
    .describe("development or production. Production requires secure settings and refuses to start without them"),
  HOST: z.string().min(1).default("127.0.0.1").describe("Address to listen on"),
  PORT: port.default(4000).describe("Port to listen on"),
  PUBLIC_URL: httpUrl
    .optional()
    .describe("Base URL that clients use to reach the gateway; must be https in production. Default: http://HOST:PORT"),
  DATA_DIR: z
    .string()
    .min(1)
    .default("./data")
    .describe("Directory of the embedded database and, in development, of the generated master key"),
  DATABASE_URL: databaseUrl
    .optional()
    .meta(
      secret("sqlite:PATH or mysql://USER:PASSWORD@HOST:PORT/DATABASE; must be mysql in production. Default: an SQLite file in DATA_DIR"),
    ),
  TEST_DATABASE_URL: z.string().optional().describe("Tests only: database server on which the test suite creates its databases"),
  MASTER_KEYS: masterKeys
    .optional()
    .meta(
      secret("Comma-separated encryption keys, each id:base64 of 32 random bytes; the first encrypts, all decrypt. Required in production"),
    ),
  SMTP_URL: smtpUrl
    .optional()
    .meta(
      secret(
        "Mail server, smtp(s)://USER:PASSWORD@HOST:PORT. Without it, development delivers mail to the development inbox and production sends none",
      ),
    ),
  SMTP_PLAINTEXT_HOSTS: list
    .default([])
    .describe(
      "Comma-separated hosts to which SMTP_URL may send without TLS, such as a relay in a private network; never concerns mail servers of applications",
    ),
  MAIL_FROM: z.email().optional().describe("Sender address of emails. Default: no-reply@ the host of PUBLIC_URL"),
  BCRYPT_COST: z.coerce.number().int().min(4).max(15).default(12).describe("bcrypt cost factor, 10 to 15 (4 in tests)"),
  HASH_WORKERS: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(availableParallelism())
    .describe("Number of password hashing threads. Default: one per core"),
  TRUST_PROXY: list
    .pipe(z.array(cidr))
    .default([])
    .describe("Comma-separated addresses or networks of proxies whose X-Forwarded-For header is trusted"),
  DEMO: flag.optional().describe("1 creates the Demo application on start. Default: 1 in development; not allowed in production"),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info").describe("Minimum log level"),
  METRICS_TOKEN: z
    .string()
    .min(16)
    .optional()
    .meta(secret("Bearer token for GET /metrics. Without it, metrics are public in development and disabled in production")),
  SHUTDOWN_DELAY_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(300)
    .default(0)
    .describe("Seconds for which the gateway keeps serving after SIGTERM while /health/ready answers 503, so that load balancers notice"),
  SMS_PER_DAY: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000_000)
    .default(2000)
    .describe("Maximum number of text messages per day, all applications together"),
  TWILIO_BASE_URL: httpUrl.optional().describe("Tests only: base URL of the Twilio API; not allowed in production"),
  OUTBOUND_ALLOW: list
    .default([])
    .describe("Tests only: comma-separated host:port pairs that the outbound guard allows; not allowed in production"),
  MANAGEMENT_ORIGINS: list
    .pipe(z.array(httpUrl))
    .default([])
    .describe("Comma-separated web origins that may call the Management API with a bearer token"),
  FAULT_POINT: z.string().optional().describe("Tests only: fault point at which the process pauses; not allowed in production"),
  DEVELOPMENT_ALLOW_HOST: flag.default(false).describe("1 allows a non-loopback HOST in development"),
});
type Values = z.output<typeof environmentSchema>;

/** Variables whose value can be in a file named by NAME_FILE. */
export const secretVariables: readonly string[] = Object.entries(environmentSchema.shape)
  .filter(([, schema]) => schema.meta()?.["isSecret"] === true)
  .map(([name]) => name);

/** Variables of earlier releases. They are rejected, because ignoring them silently would hide a configuration error. */
const removedVariables: Readonly<Record<string, string>> = {
  REDIS_URL: "is no longer supported: rate limits are kept in the database; remove the variable",
};

/** The validated environment with all defaults, frozen. */
export interface Environment extends Omit<Values, "GATEWAY_MODE" | "PUBLIC_URL" | "DATABASE_URL" | "DEMO" | "MAIL_FROM"> {
  readonly GATEWAY_MODE: "development" | "production";
  readonly PUBLIC_URL: string;
  readonly DATABASE_URL: string;
  readonly DEMO: boolean;
  readonly MAIL_FROM: string;
}

/** Lists all invalid variables. It contains their names, never their values. */
export class InvalidEnvironmentError extends Error {
  constructor(readonly failures: readonly string[]) {
    super(`Invalid environment:\n${failures.map((failure) => `  - ${failure}`).join("\n")}`);
    this.name = "InvalidEnvironmentError";
  }
}

/** Reads `.env`, if it exists, and the process environment, which takes precedence. */
export function readEnvironment(): Environment {
  let file: Record<string, string> = {};
  try {
    file = parse(readFileSync(".env"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  return parseEnvironment({ ...file, ...process.env });
}

/**
 * Validates the variables and fills in defaults. An empty value counts as absent.
 * @throws InvalidEnvironmentError listing every failure
 */
export function parseEnvironment(variables: Record<string, string | undefined>): Environment {
  const { values: provided, failures: fileFailures } = provideVariables(variables, secretVariables);
  const result = environmentSchema.safeParse(provided);
  // Valid variables are still checked against each other, so that one start reports every failure.
  const schemaIssues = result.success ? [] : result.error.issues.map((issue) => ({ name: String(issue.path[0]), message: issue.message }));
  const invalidNames = new Set(schemaIssues.map(({ name }) => name));
  const values = result.success
    ? result.data
    : environmentSchema.parse(Object.fromEntries(Object.entries(provided).filter(([name]) => !invalidNames.has(name))));
  const schemaFailures = schemaIssues.map(({ name, message }) => `${name} ${message}`);
  for (const name of secretVariables) if (fileFailures.some((failure) => failure.startsWith(name))) invalidNames.add(name);
  const removed = Object.keys(provided).filter((name) => name in removedVariables);
  const modeFailures = findModeFailures(values, invalidNames);
  const failures = [...fileFailures, ...schemaFailures, ...removed.map((name) => `${name} ${removedVariables[name]}`), ...modeFailures];
  if (failures.length > 0) throw new InvalidEnvironmentError(failures);
  const publicUrl = values.PUBLIC_URL ?? defaultUrl(values);
  return Object.freeze({
    ...values,
    PUBLIC_URL: publicUrl,
    DATABASE_URL: values.DATABASE_URL ?? `sqlite:${resolve(values.DATA_DIR, "latchkey.sqlite")}`,
    DEMO: values.DEMO ?? values.GATEWAY_MODE === "development",
    MAIL_FROM: values.MAIL_FROM ?? `no-reply@${mailDomain(publicUrl)}`,
  });
}

/** A wildcard address is one to listen on, not one to connect to. */
function defaultUrl({ HOST, PORT }: Values): string {
  const host = HOST === "0.0.0.0" || HOST === "::" ? "127.0.0.1" : HOST;
  return `http://${isIPv6(host) ? `[${host}]` : host}:${PORT}`;
}

function mailDomain(publicUrl: string): string {
  const { hostname } = new URL(publicUrl);
  return hostname.includes(".") && !isIPv4(hostname) ? hostname : "latchkey.localhost";
}

function findModeFailures(values: Values, invalidNames: ReadonlySet<string>): string[] {
  if (invalidNames.has("GATEWAY_MODE")) return [];
  return values.GATEWAY_MODE === "production" ? productionFailures(values, invalidNames) : developmentFailures(values);
}

function developmentFailures({ HOST, DEVELOPMENT_ALLOW_HOST }: Values): string[] {
  if (isLoopbackHost(HOST) || DEVELOPMENT_ALLOW_HOST) return [];
  return [
    "HOST must be a loopback address in development; set GATEWAY_MODE=production, or DEVELOPMENT_ALLOW_HOST=1 to listen on the network",
  ];
}

function productionFailures(values: Values, invalidNames: ReadonlySet<string>): string[] {
  const failures: string[] = [];
  if (!values.MASTER_KEYS && !invalidNames.has("MASTER_KEYS"))
    failures.push("MASTER_KEYS is required in production; latchkey secrets new prints a new key");
  if (!values.DATABASE_URL?.startsWith("mysql://") && !invalidNames.has("DATABASE_URL"))
    failures.push("DATABASE_URL must be mysql://... in production; SQLite is for evaluation");
  if (!values.PUBLIC_URL?.startsWith("https://") && !invalidNames.has("PUBLIC_URL"))
    failures.push("PUBLIC_URL must be set and begin with https:// in production");
  if (values.BCRYPT_COST < 10) failures.push("BCRYPT_COST must be at least 10 in production");
  if (values.DEMO) failures.push("DEMO must not be set in production");
  if (values.TRUST_PROXY.some((network) => network.endsWith("/0"))) failures.push("TRUST_PROXY must not trust every address");
  for (const name of ["TWILIO_BASE_URL", "FAULT_POINT"] as const)
    if (values[name] !== undefined) failures.push(`${name} is for tests only and not allowed in production`);
  if (values.OUTBOUND_ALLOW.length > 0) failures.push("OUTBOUND_ALLOW is for tests only and not allowed in production");
  if (values.DEVELOPMENT_ALLOW_HOST) failures.push("DEVELOPMENT_ALLOW_HOST is for development only and not allowed in production");
  return failures;
}
