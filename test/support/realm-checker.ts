import { createPublicKey, type KeyObject, verify } from "node:crypto";

/** `custom-token` of Realm's `auth/providers.json`. */
export interface RealmProvider {
  readonly name: string;
  readonly type: string;
  readonly disabled: boolean;
  readonly config: {
    readonly audience: readonly string[];
    readonly requireAnyAudience?: boolean;
    readonly useJWKURI: boolean;
    readonly jwkURI?: string;
    readonly signingAlgorithm?: string;
  };
  readonly secret_config: { readonly signingKeys: readonly string[] };
  readonly metadata_fields: readonly RealmField[];
}
export interface RealmField {
  readonly required: boolean;
  /** Path of the claim; a dot inside a name is escaped by a backslash. */
  readonly name: string;
  readonly field_name?: string;
}
/** What a Realm app knows when it verifies a token. */
export interface RealmApp {
  readonly appId: string;
  readonly provider: RealmProvider;
  /** The key set at `jwkURI`, as fetched. */
  readonly keySet?: { readonly keys: readonly Record<string, string>[] };
  /** Manual keys: Realm secrets by name. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly now: Date;
}

const MAX_TOKEN_CHARACTERS = 1_000_000;
const MAX_FIELD_CHARACTERS = 4096;
const MAX_KEYS = 3;
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** Every documented rule of Realm's Custom JWT authentication that a token violates; none when Realm would log the user in. */
export function tokenViolations(token: string, app: RealmApp): string[] {
  const parts = token.split(".");
  const [header, claims] = parts.slice(0, 2).map(decode);
  if (parts.length !== 3 || !isObject(header) || !isObject(claims)) return ["form: three parts, header and claims as JSON objects"];
  return [
    ...(token.length > MAX_TOKEN_CHARACTERS ? ["size: at most 1,000,000 characters"] : []),
    ...headerViolations(header, app.provider),
    ...(isSigned(parts as [string, string, string], header, app) ? [] : ["signature: by none of the configured keys"]),
    ...claimViolations(claims, app),
    ...metadataViolations(claims, app.provider.metadata_fields),
  ];
}

function headerViolations(header: Record<string, unknown>, { config }: RealmProvider): string[] {
  const violations: string[] = [];
  const algorithms = config.useJWKURI ? ["RS256"] : [config.signingAlgorithm];
  if (!algorithms.includes(header["alg"] as string)) violations.push("alg: RS256, or the configured algorithm with manual keys");
  if (header["typ"] !== "JWT") violations.push("typ: JWT");
  if (config.useJWKURI && typeof header["kid"] !== "string") violations.push("kid: required with a JWK URI");
  const others = Object.keys(header).filter((name) => !["alg", "typ", "kid"].includes(name));
  if (others.length > 0) violations.push("header: no other fields");
  return violations;
}

function isSigned([header, payload, signature]: [string, string, string], { kid, alg }: Record<string, unknown>, app: RealmApp): boolean {
  if (alg !== "RS256") return false;
  const { config, secret_config } = app.provider;
  const keys = config.useJWKURI
    ? (app.keySet?.keys ?? []).filter((key) => key["kid"] === kid).map((key) => publicKeyOf({ key, format: "jwk" }))
    : secret_config.signingKeys.map((name) => publicKeyOf(app.secrets?.[name] ?? ""));
  const data = Buffer.from(`${header}.${payload}`);
  return keys.some((key) => key !== null && verify("RSA-SHA256", data, key, Buffer.from(signature, "base64url")));
}

function publicKeyOf(source: Parameters<typeof createPublicKey>[0]): KeyObject | null {
  try {
    return createPublicKey(source);
  } catch {
    return null;
  }
}

function claimViolations(claims: Record<string, unknown>, { appId, provider, now }: RealmApp): string[] {
  const violations: string[] = [];
  const { aud, sub, exp } = claims;
  const given: unknown[] = Array.isArray(aud) ? aud : [aud];
  const { audience, requireAnyAudience = false } = provider.config;
  const wanted = audience.length > 0 ? audience : [appId];
  const missing = wanted.filter((one) => !given.includes(one));
  if (requireAnyAudience ? missing.length === wanted.length : missing.length > 0)
    violations.push(`aud: '${missing[0]}' not found in 'aud' claim`);
  if (typeof sub !== "string" || sub === "") violations.push("sub: a unique user id");
  const seconds = now.getTime() / 1000;
  if (!Number.isInteger(exp)) violations.push("exp: required, a whole number");
  else if ((exp as number) <= seconds) violations.push("exp: expired");
  for (const name of ["iat", "nbf"]) {
    const instant = claims[name];
    if (instant === undefined) continue;
    if (!Number.isInteger(instant)) violations.push(`${name}: a whole number`);
    else if ((instant as number) > seconds) violations.push(`${name}: used before issued`);
  }
  return violations;
}

function metadataViolations(claims: Record<string, unknown>, fields: readonly RealmField[]): string[] {
  return fields.flatMap((field) => {
    const value = valueAt(claims, field.name);
    if (value === undefined) return field.required ? [`metadata: expected field '${field.name}' to be in token metadata`] : [];
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return text.length > MAX_FIELD_CHARACTERS ? [`metadata: '${field.name}' has more than 4096 characters`] : [];
  });
}

/** Realm's `user.data`: every configured field that the token contains, under its `field_name`. */
export function userData(token: string, { metadata_fields }: RealmProvider): Record<string, unknown> {
  const claims = decode(token.split(".")[1] ?? "");
  if (!isObject(claims)) return {};
  const entries = metadata_fields.map((field) => [fieldNameOf(field), valueAt(claims, field.name)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** `field_name`, by default the last segment of the path. */
const fieldNameOf = ({ name, field_name }: RealmField) => field_name ?? segmentsOf(name).at(-1) ?? name;
const segmentsOf = (path: string) => path.split(/(?<!\\)\./).map((segment) => segment.replaceAll("\\.", "."));

function valueAt(claims: Record<string, unknown>, path: string): unknown {
  let value: unknown = claims;
  for (const segment of segmentsOf(path)) value = isObject(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
  return value;
}

/** Every rule that `auth/providers.json` violates. */
export function providerViolations(providersJson: string): string[] {
  const parsed = parse(providersJson);
  const provider = isObject(parsed) ? parsed["custom-token"] : undefined;
  if (!isObject(provider)) return ["providers.json: an object with custom-token"];
  const { config, secret_config, metadata_fields } = provider;
  if (!isObject(config) || !isObject(secret_config) || !Array.isArray(metadata_fields))
    return ["custom-token: config, secret_config and metadata_fields"];
  const violations: string[] = [];
  const require = (holds: boolean, rule: string) => void (holds || violations.push(rule));
  require(provider["name"] === "custom-token" && provider["type"] === "custom-token", "name and type: custom-token");
  require(provider["disabled"] === false, "disabled: false");
  require(isStringList(config["audience"]), "audience: a list of texts");
  require(config["requireAnyAudience"] === undefined ||
    typeof config["requireAnyAudience"] === "boolean", "requireAnyAudience: true or false");
  require(typeof config["useJWKURI"] === "boolean", "useJWKURI: true or false");
  const names = secret_config["signingKeys"];
  require(isStringList(names) && names.length <= MAX_KEYS, "signingKeys: at most three names");
  require(isStringList(names) && names.every((name) => /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name)), "signingKeys: names of secrets");
  if (config["useJWKURI"] === true) {
    require(typeof config["jwkURI"] === "string" && URL.canParse(config["jwkURI"]), "jwkURI: a URL");
    require(isStringList(names) && names.length === 0, "signingKeys: none with a JWK URI");
    require(config["signingAlgorithm"] === undefined || config["signingAlgorithm"] === "RS256", "signingAlgorithm: RS256 with a JWK URI");
  } else {
    require(["RS256", "HS256"].includes(config["signingAlgorithm"] as string), "signingAlgorithm: RS256 or HS256");
    require(isStringList(names) && names.length > 0, "signingKeys: at least one without a JWK URI");
  }
  return [...violations, ...fieldViolations(metadata_fields)];
}

const isStringList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string" && item !== "");

function fieldViolations(fields: readonly unknown[]): string[] {
  const violations = fields.flatMap((field) => {
    if (!isObject(field) || typeof field["required"] !== "boolean" || typeof field["name"] !== "string" || field["name"] === "")
      return ["metadata_fields: required and name"];
    const shown = fieldNameOf(field as unknown as RealmField);
    return typeof shown === "string" && shown.length > 0 && shown.length < 64 ? [] : ["field_name: under 64 characters"];
  });
  const shown = fields.filter(isObject).map((field) => fieldNameOf(field as unknown as RealmField));
  return new Set(shown).size === shown.length ? violations : [...violations, "field_name: two fields with one name"];
}

/** Every rule that a public key violates as the value of a Realm secret. */
export function secretViolations(pem: string): string[] {
  const violations: string[] = [];
  if (pem.length < 32 || pem.length > 500) violations.push("secret: 32 to 500 characters");
  if (!/^-----BEGIN PUBLIC KEY-----\n([A-Za-z0-9+/=]{1,64}\n)+-----END PUBLIC KEY-----\n?$/.test(pem))
    violations.push("secret: PEM with real line ends");
  if (publicKeyOf(pem)?.asymmetricKeyType !== "rsa") violations.push("secret: an RSA public key");
  return violations;
}

/** Every rule that a key set violates as the response of a JWK URI. */
export function keySetViolations(keySet: unknown): string[] {
  const keys = isObject(keySet) ? keySet["keys"] : undefined;
  if (!Array.isArray(keys)) return ["key set: an object with keys"];
  const violations: string[] = [];
  if (keys.length === 0 || keys.length > MAX_KEYS) violations.push("key set: one to three keys");
  if (!keys.every((key) => isObject(key) && key["kty"] === "RSA" && (key["alg"] ?? "RS256") === "RS256"))
    violations.push("key set: RSA keys for RS256");
  if (!keys.every((key) => isObject(key) && typeof key["kid"] === "string")) violations.push("key set: a kid on every key");
  return violations;
}

const decode = (part: string): unknown => parse(Buffer.from(part, "base64url").toString());

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
