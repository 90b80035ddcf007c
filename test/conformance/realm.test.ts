import { generateKeyPairSync } from "node:crypto";
import jsonwebtoken from "jsonwebtoken";
import { describe, expect, it } from "vitest";
import { gatewayForFile, type TestApplication } from "../support/gateway.js";
import { IssueJwtDocument, RefreshSessionDocument } from "../support/generated/authentication.js";
import { ManagedApplicationDocument } from "../support/generated/management.js";
import { requireLogIn, signUpPerson, type TestPerson, uniqueEmail } from "../support/people.js";
import {
  keySetViolations,
  providerViolations,
  type RealmApp,
  type RealmProvider,
  secretViolations,
  tokenViolations,
  userData,
} from "../support/realm-checker.js";

const gateway = gatewayForFile({ generatesKeys: true });
const APP_ID = "myapp-abcde";

async function configurationOf(application: TestApplication) {
  const { application: shown } = await gateway.management(application.secretKey).expect(ManagedApplicationDocument, { id: application.id });
  if (!shown) throw new Error("No application");
  return { ...shown.realmConfiguration, keys: shown.keys };
}

/** A Realm app set up by nothing but what the Management API gives: the JSON to paste, and for manual keys the PEM as every named secret. */
async function realmAppOf(application: TestApplication, appId = application.id): Promise<RealmApp> {
  const { providersJson, publicKeyPem } = await configurationOf(application);
  expect(providerViolations(providersJson)).toEqual([]);
  const provider = (JSON.parse(providersJson) as { "custom-token": RealmProvider })["custom-token"];
  const secrets = Object.fromEntries(provider.secret_config.signingKeys.map((name) => [name, publicKeyPem]));
  const { jwkURI } = provider.config;
  const keySet = jwkURI ? ((await (await fetch(jwkURI)).json()) as RealmApp["keySet"] & object) : undefined;
  if (keySet) expect(keySetViolations(keySet)).toEqual([]);
  return { appId, provider, secrets, now: gateway.clock.now(), ...(keySet ? { keySet } : {}) };
}

/** One token from each operation that gives one. */
async function tokensOf({ client }: TestApplication, person: TestPerson): Promise<string[]> {
  const loggedIn = await requireLogIn(client, person.email);
  const { refreshSession } = await client.expect(RefreshSessionDocument, { input: { refreshToken: loggedIn.refreshToken } });
  const { issueJwt } = await person.client.expect(IssueJwtDocument, { input: {} });
  if (refreshSession.__typename !== "LoggedIn") throw new Error(refreshSession.__typename);
  return [person.tokens.jwt, loggedIn.jwt, refreshSession.jwt, issueJwt.jwt];
}

describe("tokens for Realm", () => {
  it.each([
    { settings: [] },
    { settings: [`general.realmAppId=${APP_ID}`], appId: APP_ID },
    { settings: ["token.audience=one"] },
    { settings: ['token.audience=["one","two"]', `general.realmAppId=${APP_ID}`], appId: APP_ID },
    { settings: ["token.sendKeyId=false"] },
    { settings: ["token.lifetimeMinutes=1", "token.includeEmail=false"] },
  ])("Realm - $settings - every token is accepted by the exported configuration", async ({ settings, appId }) => {
    const application = await gateway.createApplication("Realm", ...settings);
    const tokens = await tokensOf(application, await signUpPerson(gateway, application));
    const app = await realmAppOf(application, appId);
    expect(tokens.map((token) => tokenViolations(token, app))).toEqual([[], [], [], []]);
  });

  it("Realm - metadata fields - appear in user.data under their names", async () => {
    const fields = [
      { path: "user_data.name.first", name: "firstName", required: true },
      { path: "user_data.age", type: "NUMBER" },
      { path: "tags", type: "STRING_LIST" },
      { path: "note", inToken: false },
    ];
    const application = await gateway.createApplication("Fields", `metadata.fields=${JSON.stringify(fields)}`);
    const metadata = { user_data: { name: { first: "Ann" }, age: 42 }, tags: ["a"], note: "not in the token" };
    const person = await signUpPerson(gateway, application, uniqueEmail(), { metadata });
    const app = await realmAppOf(application);
    expect(tokenViolations(person.tokens.jwt, app)).toEqual([]);
    expect(userData(person.tokens.jwt, app.provider)).toEqual({ email: person.email, firstName: "Ann", age: 42, tags: ["a"] });
    expect(app.provider.metadata_fields.find(({ name }) => name === "user_data.name.first")).toMatchObject({ required: true });
  });

  it("Realm - fields with equal or too long last segments - get unique names", async () => {
    const long = "x".repeat(64);
    const fields = [{ path: "home.city" }, { path: "work.city" }, { path: "contact.email" }, { path: long }, { path: `${long}2`.slice(1) }];
    const application = await gateway.createApplication("Alike", `metadata.fields=${JSON.stringify(fields)}`);
    const metadata = { home: { city: "Bern" }, work: { city: "Basel" }, contact: { email: "second@mail.example" } };
    const person = await signUpPerson(gateway, application, uniqueEmail(), { metadata });
    const { provider } = await realmAppOf(application);
    const data = userData(person.tokens.jwt, provider);
    expect(Object.values(data).sort()).toEqual(["Basel", "Bern", person.email, "second@mail.example"].sort());
    expect(data["email"]).toBe(person.email);
  });

  it("Realm - metadata of the maximum size - fits a Realm field", async () => {
    const application = await gateway.createApplication(
      "Large",
      'metadata.fields=[{"path":"a","type":"JSON"}]',
      "token.includeEmail=false",
      "signUp.flow=NONE",
    );
    const app = await realmAppOf(application);
    for (let length = 4300; length > 3000; length -= 60) {
      const answer = await application.client.with({ address: undefined }).post<{ signUp: { jwt?: string } }>({
        query: "mutation ($input: SignUpInput!) { signUp(input: $input) { ... on LoggedIn { jwt } } }",
        variables: {
          input: { handle: { email: uniqueEmail() }, password: "violet hedgehog parade", metadata: { a: { b: "x".repeat(length) } } },
        },
      });
      const { jwt } = answer.data?.signUp ?? {};
      if (!jwt) continue;
      expect(tokenViolations(jwt, { ...app, now: gateway.clock.now() })).toEqual([]);
      return;
    }
    throw new Error("Nothing of this size was accepted");
  });

  it("Realm - manual key - the PEM fits a Realm secret and is the signing key; the URL serves the same key", async () => {
    const application = await gateway.createApplication("Manual", "token.sendKeyId=false");
    const { publicKeyPem, jwksUrl, keys } = await configurationOf(application);
    expect(keys.map(({ publicKeyPem: pem }) => secretViolations(pem))).toEqual([[], []]);
    expect(keys.find(({ state }) => state === "CURRENT")?.publicKeyPem).toBe(publicKeyPem);
    expect(await (await fetch(jwksUrl.replace("/.well-known/jwks.json", "/public-key.pem"))).text()).toBe(publicKeyPem);
  });

  it("Realm - another application's token - is rejected by audience and key", async () => {
    const [one, other] = [await gateway.createApplication("One"), await gateway.createApplication("Other")];
    const violations = tokenViolations((await signUpPerson(gateway, one)).tokens.jwt, await realmAppOf(other));
    expect(violations).toEqual(["signature: by none of the configured keys", `aud: '${other.id}' not found in 'aud' claim`]);
  });
});

describe("Realm checker", () => {
  const now = new Date("2026-11-24T12:00:00.500Z");
  const seconds = Math.floor(now.getTime() / 1000);
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const key = { ...publicKey.export({ format: "jwk" }), kid: "k1", alg: "RS256" } as Record<string, string>;
  const field = { required: true, name: "user_data.first", field_name: "first" };
  const remote = { audience: [], useJWKURI: true, jwkURI: "https://gateway.example/jwks.json" };
  const provider: RealmProvider = {
    name: "custom-token",
    type: "custom-token",
    disabled: false,
    config: remote,
    secret_config: { signingKeys: [] },
    metadata_fields: [field],
  };
  const manual: RealmProvider = {
    ...provider,
    config: { audience: [], useJWKURI: false, signingAlgorithm: "RS256" },
    secret_config: { signingKeys: ["gateway"] },
  };
  const app: RealmApp = { appId: APP_ID, provider, keySet: { keys: [key] }, secrets: { gateway: pem }, now };
  const claims = { aud: APP_ID, sub: "u1", iat: seconds, exp: seconds + 60, user_data: { first: "Ann" } };
  const sign = (more: object = {}, header: object = {}, without: string[] = []) => {
    const payload = Object.fromEntries(Object.entries({ ...claims, ...more }).filter(([name]) => !without.includes(name)));
    return jsonwebtoken.sign(payload, privateKey, {
      algorithm: "RS256",
      header: { alg: "RS256", typ: "JWT", kid: "k1", ...header } as never,
    });
  };
  const within = (config: Partial<RealmProvider["config"]>): RealmApp => ({
    ...app,
    provider: { ...provider, config: { ...remote, ...config } },
  });

  it("Realm checker - valid token - reports nothing, with a JWK URI and with manual keys", () => {
    expect(tokenViolations(sign(), app)).toEqual([]);
    expect(tokenViolations(sign({}, { kid: undefined }), { ...app, provider: manual })).toEqual([]);
    expect(tokenViolations(sign({ aud: ["a", APP_ID] }), app)).toEqual([]);
    expect(tokenViolations(sign({ aud: ["b"] }), within({ audience: ["a", "b"], requireAnyAudience: true }))).toEqual([]);
    expect(
      tokenViolations(sign({ "http://example.com/id": 1 }), {
        ...app,
        provider: { ...provider, metadata_fields: [{ required: true, name: "http://example\\.com/id" }] },
      }),
    ).toEqual([]);
  });

  it.each<[string, string, RealmApp, RegExp]>([
    ["no token", "abc", app, /^form/],
    [
      "another algorithm",
      jsonwebtoken.sign(claims, "secret".repeat(8), { keyid: "k1", header: { alg: "HS256", typ: "JWT" } }),
      app,
      /^alg/,
    ],
    ["another type", sign({}, { typ: "at+jwt" }), app, /^typ/],
    ["no type", sign({}, { typ: undefined }), app, /^typ/],
    ["no kid with a URL", sign({}, { kid: undefined }), app, /^kid/],
    ["another header field", sign({}, { jku: "https://evil.example" }), app, /^header/],
    ["unknown kid", sign({}, { kid: "k2" }), app, /^signature/],
    [
      "changed claims",
      sign().replace(/\..*\./, `.${Buffer.from(JSON.stringify({ ...claims, sub: "u2" })).toString("base64url")}.`),
      app,
      /^signature/,
    ],
    ["one-line PEM", sign(), { ...app, provider: manual, secrets: { gateway: pem.replaceAll("\n", " ") } }, /^signature/],
    ["foreign audience", sign({ aud: "other" }), app, /^aud: 'myapp-abcde'/],
    ["no audience", sign({}, {}, ["aud"]), app, /^aud/],
    ["one of two audiences", sign({ aud: ["a"] }), within({ audience: ["a", "b"] }), /^aud: 'b'/],
    ["App ID with configured audiences", sign(), within({ audience: ["a"], requireAnyAudience: true }), /^aud: 'a'/],
    ["no subject", sign({}, {}, ["sub"]), app, /^sub/],
    ["no expiry", sign({}, {}, ["exp"]), app, /^exp: required/],
    ["fractional expiry", sign({ exp: seconds + 0.7 }), app, /^exp: required/],
    ["expired", sign({ exp: seconds }), app, /^exp: expired/],
    ["issued a second from now", sign({ iat: seconds + 1 }), app, /^iat: used before/],
    ["not before a second from now", sign({ nbf: seconds + 1 }), app, /^nbf: used before/],
    ["required field missing", sign({ user_data: {} }), app, /^metadata: expected field 'user_data.first'/],
    ["long field", sign({ user_data: { first: "x".repeat(4097) } }), app, /4096/],
    ["long token", sign({ other: "x".repeat(800_000) }), app, /^size/],
  ])("Realm checker - %s - is reported", (_, token, realm, rule) => {
    expect(tokenViolations(token, realm)).toContainEqual(expect.stringMatching(rule));
  });

  it.each<[object, RegExp]>([
    [{ name: "other" }, /^name/],
    [{ disabled: true }, /^disabled/],
    [{ config: { ...remote, audience: APP_ID } }, /^audience/],
    [{ config: { ...remote, useJWKURI: "true" } }, /^useJWKURI/],
    [{ config: { ...remote, requireAnyAudience: "true" } }, /^requireAnyAudience/],
    [{ config: { ...remote, jwkURI: undefined } }, /^jwkURI/],
    [{ config: manual.config }, /^signingKeys: at least one/],
    [{ ...manual, config: { ...manual.config, signingAlgorithm: undefined } }, /^signingAlgorithm/],
    [{ secret_config: { signingKeys: ["gateway"] } }, /^signingKeys: none/],
    [{ ...manual, secret_config: { signingKeys: ["a", "b", "c", "d"] } }, /^signingKeys: at most/],
    [{ ...manual, secret_config: { signingKeys: ["-bad name"] } }, /^signingKeys: names/],
    [{ metadata_fields: [{ name: "a" }] }, /^metadata_fields/],
    [{ metadata_fields: [{ required: false, name: "a", field_name: "x".repeat(64) }] }, /^field_name: under/],
    [
      {
        metadata_fields: [
          { required: false, name: "a.x" },
          { required: false, name: "b.x" },
        ],
      },
      /^field_name: two/,
    ],
  ])("Realm checker - provider with %j - is reported", (change, rule) => {
    expect(providerViolations(JSON.stringify({ "custom-token": provider }))).toEqual([]);
    expect(providerViolations(JSON.stringify({ "custom-token": manual }))).toEqual([]);
    expect(providerViolations(JSON.stringify({ "custom-token": { ...provider, ...change } }))).toContainEqual(expect.stringMatching(rule));
  });

  it("Realm checker - secrets and key sets - too large, without line breaks, too many, without kid are reported", () => {
    const large = generateKeyPairSync("rsa", { modulusLength: 3072 }).publicKey.export({ type: "spki", format: "pem" }).toString();
    expect(secretViolations(pem)).toEqual([]);
    expect(secretViolations(large)).toEqual(["secret: 32 to 500 characters"]);
    expect(secretViolations(pem.replaceAll("\n", "\\n"))).toContain("secret: PEM with real line ends");
    expect(keySetViolations({ keys: [key, key, key] })).toEqual([]);
    expect(keySetViolations({ keys: [key, key, key, key] })).toEqual(["key set: one to three keys"]);
    expect(keySetViolations({ keys: [{ ...key, kid: undefined }] })).toEqual(["key set: a kid on every key"]);
    expect(keySetViolations([key])).toEqual(["key set: an object with keys"]);
  });
});
