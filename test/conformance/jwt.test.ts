import { createHash } from "node:crypto";
import { createDecoder, createVerifier } from "fast-jwt";
import buildGetJwks from "get-jwks";
import jsonwebtoken from "jsonwebtoken";
import { JwksClient } from "jwks-rsa";
import { allowInsecureRequests, discovery } from "openid-client";
import { beforeAll, describe, expect, it } from "vitest";
import { addSeconds } from "../../src/platform/clock.js";
import { gatewayForFile, type TestApplication } from "../support/gateway.js";
import { IssueJwtDocument, LogInDocument } from "../support/generated/authentication.js";
import { PASSWORD, requireLogIn, signUpPerson, uniqueEmail } from "../support/people.js";

const gateway = gatewayForFile({ generatesKeys: true });
interface Jwk {
  readonly kty: string;
  readonly n: string;
  readonly e: string;
  readonly kid: string;
}
type Claims = Record<string, unknown> & { iat: number; exp: number; jti: string; sub: string; iss: string };

const REGISTERED = ["amr", "aud", "auth_time", "exp", "iat", "iss", "jti", "sub"];
const decode = createDecoder({ complete: true });
const headerOf = (jwt: string) => (decode(jwt) as { header: Record<string, unknown> }).header;
const claimsOf = (jwt: string) => (decode(jwt) as { payload: Claims }).payload;

let application: TestApplication;
beforeAll(async () => {
  application = await gateway.createApplication();
});

const issuerOf = ({ id }: TestApplication) => `${gateway.url}/apps/${id}`;
const keySetUrl = (own: TestApplication) => `${issuerOf(own)}/.well-known/jwks.json`;
const fetchKeys = async (own: TestApplication) => ((await (await fetch(keySetUrl(own))).json()) as { keys: Jwk[] }).keys;

/** RFC 7638 section 3: the required members in lexicographic order, without white space, hashed. */
const thumbprintOf = ({ e, kty, n }: Pick<Jwk, "e" | "kty" | "n">) =>
  createHash("sha256").update(`{"e":"${e}","kty":"${kty}","n":"${n}"}`).digest("base64url");

/** A new application with these settings, and the JWT of a user who has just signed up. */
async function issueToken(...settings: string[]) {
  const own = await gateway.createApplication("Issued", ...settings);
  const person = await signUpPerson(gateway, own);
  return { own, person, jwt: person.tokens.jwt };
}

describe("token", () => {
  it("header - default settings - contains only alg, typ and kid", async () => {
    const { own, jwt } = await issueToken();
    const header = headerOf(jwt);
    expect(header).toEqual({ alg: "RS256", typ: "JWT", kid: header["kid"] });
    expect((await fetchKeys(own)).map(({ kid }) => kid)).toContain(header["kid"]);
  });

  it("header - token.sendKeyId off - has no kid and still verifies", async () => {
    const { own, jwt } = await issueToken("token.sendKeyId=false");
    expect(headerOf(jwt)).toEqual({ alg: "RS256", typ: "JWT" });
    const pem = await (await fetch(`${issuerOf(own)}/public-key.pem`)).text();
    expect(jsonwebtoken.verify(jwt, pem, { algorithms: ["RS256"] })).toMatchObject({ aud: own.id });
  });

  it("kid - RFC 7638 section 3.1 - the test vector matches, and every kid is the thumbprint of its key", async () => {
    const n =
      "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    expect(thumbprintOf({ kty: "RSA", n, e: "AQAB" })).toBe("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    const keys = await fetchKeys(application);
    expect(keys.map(({ kid }) => kid)).toEqual(keys.map(thumbprintOf));
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length);
  });

  it.each([1, 60, 1440])("timestamps - token.lifetimeMinutes=%i - are whole seconds and differ by the lifetime", async (minutes) => {
    const { person, jwt } = await issueToken(`token.lifetimeMinutes=${minutes}`);
    const { iat, exp } = claimsOf(jwt);
    expect([Number.isInteger(iat), Number.isInteger(exp)]).toEqual([true, true]);
    expect(exp - iat).toBe(minutes * 60);
    const now = gateway.clock.now().getTime() / 1000;
    expect(iat).toBeLessThanOrEqual(now);
    expect(now - iat).toBeLessThan(30);
    expect(Date.parse(person.tokens.jwtExpiresAt) / 1000).toBe(exp);
  });

  it("JW-13 claims - default settings - contain issuer, audience, subject, jti and the email address only", async () => {
    const { own, person, jwt } = await issueToken();
    const claims = claimsOf(jwt);
    expect(Object.keys(claims).sort()).toEqual([...REGISTERED, "email"].sort());
    expect(claims).toMatchObject({ iss: issuerOf(own), aud: own.id, sub: person.tokens.user.id, email: person.email });
  });

  it.each([
    { settings: ["general.realmAppId=myapp-abcde"], aud: "myapp-abcde" },
    { settings: ["token.audience=one"], aud: "one" },
    { settings: ["general.realmAppId=myapp-abcde", 'token.audience=["one"]'], aud: "one" },
    { settings: ['token.audience=["one","two"]'], aud: ["one", "two"] },
  ])("audience - $settings - is $aud", async ({ settings, aud }) => {
    expect(claimsOf((await issueToken(...settings)).jwt)["aud"]).toEqual(aud);
  });

  it("audience - setting changed - applies to the next token", async () => {
    const { own, person } = await issueToken();
    await gateway.configure(own.id, "token.audience=moved");
    expect(claimsOf((await requireLogIn(own.client, person.email)).jwt)["aud"]).toBe("moved");
  });

  it("JW-13 jti - many tokens of one session at once - is unique; all other claims are equal", async () => {
    const { person } = await issueToken();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => person.client.with({ address: undefined }).expect(IssueJwtDocument, { input: {} })),
    );
    const claims = answers.map(({ issueJwt }) => claimsOf(issueJwt.jwt));
    expect(new Set(claims.map(({ jti }) => jti)).size).toBe(100);
    expect(new Set(claims.map(({ iss, sub }) => `${iss} ${sub}`)).size).toBe(1);
  });

  it("metadata - fields with inToken - are claims nested by path; other fields and, with token.includeEmail=false, the address are omitted", async () => {
    const fields = [
      { path: "user_data.name.first" },
      { path: "user_data.age", type: "NUMBER" },
      { path: "tags", type: "STRING_LIST" },
      { path: "note", inToken: false },
    ];
    const own = await gateway.createApplication("Fields", `metadata.fields=${JSON.stringify(fields)}`, "token.includeEmail=false");
    const metadata = { user_data: { name: { first: "Ann" }, age: 42 }, tags: ["a", "b"], note: "secret" };
    const person = await signUpPerson(gateway, own, uniqueEmail(), { metadata });
    const { jwt } = person.tokens;
    expect(claimsOf(jwt)).toMatchObject({ user_data: { name: { first: "Ann" }, age: 42 }, tags: ["a", "b"] });
    expect(Object.keys(claimsOf(jwt)).sort()).toEqual([...REGISTERED, "tags", "user_data"].sort());
  });

  it("JW-21 size - metadata as large as sign-up accepts - the token stays within 6 KiB", async () => {
    const audience = JSON.stringify(Array.from({ length: 10 }, (_, index) => `${index}`.repeat(200)));
    for (const settings of [[], [`token.audience=${audience}`]]) {
      const own = await gateway.createApplication("Large", 'metadata.fields=[{"path":"a"},{"path":"b"}]', "signUp.flow=NONE", ...settings);
      const person = own.client.with({ address: undefined });
      let longest = 0;
      for (let low = 0, high = 4096; low <= high; ) {
        const length = (low + high) >> 1;
        const input = { handle: { email: uniqueEmail() }, password: PASSWORD, metadata: { a: "x".repeat(length), b: "y".repeat(200) } };
        const answer = await person.with({ address: undefined }).post<{ signUp: { jwt?: string } }>({
          query: "mutation ($input: SignUpInput!) { signUp(input: $input) { ... on LoggedIn { jwt } } }",
          variables: { input },
        });
        const { jwt } = answer.data?.signUp ?? {};
        longest = Math.max(longest, jwt?.length ?? 0);
        if (jwt) low = length + 1;
        else high = length - 1;
      }
      expect(longest).toBeLessThanOrEqual(6144);
      expect(longest).toBeGreaterThan(6000);
    }
  });
});

describe("registered claims", () => {
  it.each([
    ...REGISTERED,
    "nbf",
    "amr",
    "auth_time",
    "scope",
    "client_id",
    "typ",
    "email",
    "sub.inner",
  ])("metadata path %s - in the settings - is rejected and the settings are unchanged", async (path) => {
    await expect(gateway.configure(application.id, `metadata.fields=${JSON.stringify([{ path }])}`)).rejects.toThrow(/reserved claim/);
    const [row] = await gateway.query<{ settings: string }>("SELECT settings FROM applications WHERE id = ?", [application.id]);
    expect(row?.settings).not.toContain(`"${path}"`);
  });

  it("JW-14 metadata - row edited directly in the database - cannot overwrite a claim", async () => {
    const { own, person, jwt } = await issueToken();
    const evil = JSON.stringify({
      sub: "another user",
      iss: "https://evil.example",
      aud: "evil",
      exp: 9999999999,
      iat: 1,
      jti: "same",
      nbf: 1,
    });
    await gateway.query("UPDATE users SET metadata = ? WHERE id = ?", [evil, person.tokens.user.id]);
    const claims = claimsOf((await requireLogIn(own.client, person.email)).jwt);
    expect(claims).toMatchObject({ sub: claimsOf(jwt).sub, iss: issuerOf(own), aud: own.id });
    expect(claims.exp - claims.iat).toBe(3600);
    expect([claims.jti === "same", "nbf" in claims]).toEqual([false, false]);
  });

  it("settings - row edited directly in the database - issue no token with a foreign claim", async () => {
    const { own, person } = await issueToken();
    const settings = JSON.stringify({ metadata: { fields: [{ path: "sub" }, { path: "iss" }] } });
    await gateway.query("UPDATE applications SET settings = ?, settings_version = settings_version + 1 WHERE id = ?", [settings, own.id]);
    await gateway.query("UPDATE users SET metadata = ? WHERE id = ?", [JSON.stringify({ sub: "x", iss: "y" }), person.tokens.user.id]);
    // Settings are kept for a second.
    gateway.clock.move({ seconds: 1.1 });
    const answer = await own.client.run(LogInDocument, { input: { handle: { email: person.email }, password: PASSWORD } });
    expect(answer.errors[0]?.extensions.code).toBe("INTERNAL_SERVER_ERROR");
    expect(answer.text).not.toContain("jwt");
  });

  it("JW-14 signing - metadata fields named like registered claims - the registered claims take precedence", async () => {
    const { own, person } = await issueToken();
    const found = await gateway.services.applicationRegistry.find(own.id);
    const user = await gateway.services.users.findById(own.id, person.tokens.user.id);
    if (!found || !user) throw new Error("gone");
    const [field] = [{ path: "", type: "JSON", setBy: "USER", required: false, editable: true, inToken: true } as const];
    const settings = { ...found.settings, metadata: { fields: REGISTERED.map((path) => ({ ...field, path })) } };
    const metadata = Object.fromEntries(REGISTERED.map((name) => [name, "evil"]));
    const { jwt } = await gateway.services.jwtIssuer.issue(
      { ...found, settings },
      { ...user, metadata },
      { authenticatedAt: new Date(), amr: ["pwd"] },
      addSeconds(gateway.clock.now(), 86_400),
    );
    expect(Object.values(claimsOf(jwt))).not.toContain("evil");
    expect(claimsOf(jwt)).toMatchObject({ sub: user.subject, iss: issuerOf(own), aud: own.id });
  });
});

describe("independent verifiers", () => {
  const expected = (own: TestApplication) => ({ issuer: issuerOf(own), audience: own.id });
  const forge = (jwt: string) => {
    const [header, payload = "", signature] = jwt.split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Claims;
    return [header, Buffer.from(JSON.stringify({ ...claims, sub: "evil" })).toString("base64url"), signature].join(".");
  };

  it("jsonwebtoken with jwks-rsa - key set over HTTP - verifies; an altered, foreign or expired token is rejected", async () => {
    const { own, person, jwt } = await issueToken();
    const client = new JwksClient({ jwksUri: keySetUrl(own) });
    const verify = (token: string, at = gateway.clock.now()) =>
      new Promise<unknown>((resolve, reject) => {
        const options = { ...expected(own), algorithms: ["RS256" as const], clockTimestamp: Math.floor(at.getTime() / 1000) };
        jsonwebtoken.verify(
          token,
          ({ kid }, done) =>
            client.getSigningKey(kid).then(
              (key) => done(null, key.getPublicKey()),
              (error: Error) => done(error),
            ),
          options,
          (error, claims) => (error ? reject(error) : resolve(claims)),
        );
      });
    expect(await verify(jwt)).toMatchObject({ sub: person.tokens.user.id });
    await expect(verify(forge(jwt))).rejects.toThrow("invalid signature");
    await expect(verify((await issueToken()).jwt)).rejects.toThrow(/signing key/);
    await expect(verify(jwt, new Date(Date.parse(person.tokens.jwtExpiresAt) + 1000))).rejects.toThrow("jwt expired");
  });

  it("fast-jwt with get-jwks - key set over HTTP - verifies; an altered token is rejected", async () => {
    const { own, person, jwt } = await issueToken();
    const getJwks = buildGetJwks({ jwksPath: "/.well-known/jwks.json" });
    const key = async ({ header }: { header: { kid: string; alg: string } }) =>
      await getJwks.getPublicKey({ kid: header.kid, alg: header.alg, domain: issuerOf(own) });
    const verify = createVerifier({
      key: key as never,
      algorithms: ["RS256"],
      allowedIss: issuerOf(own),
      allowedAud: own.id,
      requiredClaims: REGISTERED,
      clockTimestamp: gateway.clock.now().getTime(),
    }) as unknown as (token: string) => Promise<Claims>;
    expect(await verify(jwt)).toMatchObject({ sub: person.tokens.user.id });
    await expect(verify(forge(jwt))).rejects.toThrow(/signature/);
  });

  it.each([
    "oidc",
    "oauth2",
  ] as const)("openid-client - %s discovery - finds an issuer identical to iss, and the key set", async (algorithm) => {
    const { own, jwt } = await issueToken();
    const { iss } = claimsOf(jwt);
    const found = await discovery(new URL(iss), "any", undefined, undefined, { algorithm, execute: [allowInsecureRequests] });
    expect(found.serverMetadata()).toMatchObject({ issuer: iss, jwks_uri: keySetUrl(own) });
  });
});
