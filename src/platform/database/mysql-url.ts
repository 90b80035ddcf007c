import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { CREDENTIALS_REMEDY } from "../url-credentials.js";

type SslMode = "DISABLED" | "REQUIRED" | "VERIFY_CA" | "VERIFY_IDENTITY";

/** A parsed `mysql://USER:PASSWORD@HOST:PORT/DATABASE?OPTIONS`. */
export interface MysqlUrl {
  /** A name or an address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly sslMode: SslMode;
  /** File of the certificate authorities to trust instead of those of Node. */
  readonly sslCaFile: string | undefined;
  /** Session variable of Galera: which statements wait until the node has caught up with the cluster. */
  readonly wsrepSyncWait: number | undefined;
  /** Options that have no effect, because the gateway determines these values itself. */
  readonly ignoredOptions: readonly string[];
}

const FORM = `must be mysql://USER:PASSWORD@HOST:PORT/DATABASE; ${CREDENTIALS_REMEDY}`;
const sslModes: Readonly<Record<string, SslMode>> = {
  ...{ "ssl=true": "VERIFY_IDENTITY", "ssl=false": "DISABLED", "ssl-mode=DISABLED": "DISABLED" },
  ...{ "ssl-mode=REQUIRED": "REQUIRED", "ssl-mode=VERIFY_CA": "VERIFY_CA", "ssl-mode=VERIFY_IDENTITY": "VERIFY_IDENTITY" },
};
const optionValues: Readonly<Record<string, RegExp>> = {
  ssl: /^(true|false)$/,
  "ssl-mode": /^(DISABLED|REQUIRED|VERIFY_CA|VERIFY_IDENTITY)$/,
  "ssl-ca": /./,
  "wsrep-sync-wait": /^([0-9]|1[0-5])$/,
};
const ignoredNames = ["charset", "timezone", "connectionLimit"];
const KNOWN = [...Object.keys(optionValues), ...ignoredNames].join(", ");

/** @throws Error whose message follows the words "DATABASE_URL" and contains no part of user or password */
export function parseMysqlUrl(text: string): MysqlUrl {
  const { hostname, port, username, password, pathname, searchParams, hash } = parse(text);
  const database = pathname.slice(1);
  if (!hostname || !database || database.includes("/") || hash) throw new Error(FORM);
  const options = checkOptions(searchParams);
  const sslCaFile = options["ssl-ca"];
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const sslMode = sslModeOf(options);
  // The driver would compare the certificate with the name localhost.
  if (sslMode === "VERIFY_IDENTITY" && isIP(host) !== 0)
    throw new Error("has an address as host, but ssl=true and ssl-mode=VERIFY_IDENTITY need a name; ssl-mode=VERIFY_CA does not");
  return {
    host,
    port: Number(port || 3306),
    ...{ user: decode(username), password: decode(password), database: decode(database) },
    ...{ sslMode, sslCaFile },
    wsrepSyncWait: options["wsrep-sync-wait"] === undefined ? undefined : Number(options["wsrep-sync-wait"]),
    ignoredOptions: ignoredNames.filter((name) => name in options),
  };
}

/** Contents of the file of `ssl-ca`. @throws Error as parseMysqlUrl */
export function readSslCa({ sslCaFile }: MysqlUrl): string | undefined {
  if (sslCaFile === undefined) return undefined;
  try {
    return readFileSync(sslCaFile, "utf8");
  } catch (error) {
    throw new Error(`names a file with ssl-ca that cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function parse(text: string): URL {
  if (!URL.canParse(text)) throw new Error(FORM);
  return new URL(text);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error(FORM);
  }
}

function checkOptions(parameters: URLSearchParams): Partial<Record<string, string>> {
  for (const [name, value] of parameters) {
    // What does not look like a name may be a part of a password with a question mark.
    const shownName = /^[A-Za-z][A-Za-z_-]{0,30}$/.test(name) ? `the unknown option ${name}` : "an option that is not a name";
    if (!(name in optionValues) && !ignoredNames.includes(name)) throw new Error(`has ${shownName}; known options are ${KNOWN}`);
    if (!(optionValues[name]?.test(value) ?? true))
      throw new Error(`has an invalid value for the option ${name}: it must match ${optionValues[name]?.source}`);
    if (parameters.getAll(name).length > 1) throw new Error(`repeats the option ${name}`);
  }
  return Object.fromEntries(parameters);
}

function sslModeOf({ ssl, "ssl-mode": mode, "ssl-ca": ca }: Partial<Record<string, string>>): SslMode {
  if (ssl !== undefined && mode !== undefined) throw new Error("must have only one of the options ssl and ssl-mode");
  const given = sslModes[`ssl=${ssl}`] ?? sslModes[`ssl-mode=${mode}`];
  if (ca !== undefined && (given === "DISABLED" || given === "REQUIRED"))
    throw new Error("has the option ssl-ca, which needs ssl=true, ssl-mode=VERIFY_CA or ssl-mode=VERIFY_IDENTITY");
  return given ?? (ca === undefined ? "DISABLED" : "VERIFY_IDENTITY");
}
