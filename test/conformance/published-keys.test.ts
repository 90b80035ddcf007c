import { createPublicKey } from "node:crypto";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { RESERVED_APPLICATION_ID } from "../../src/domain/applications/index.js";
import { internalContext } from "../../src/domain/request-context.js";
import { ApplicationLifecycle } from "../../src/management/index.js";
import { gatewayForFile, type TestApplication } from "../support/gateway.js";
import { requireLogIn, signUpPerson } from "../support/people.js";

const gateway = gatewayForFile({ generatesKeys: true });
let application: TestApplication;
beforeAll(async () => {
  application = await gateway.createApplication();
});

type Jwk = Record<string, string>;
const paths = (id: string) => [
  `/apps/${id}/.well-known/jwks.json`,
  `/apps/${id}/.well-known/openid-configuration`,
  `/.well-known/oauth-authorization-server/apps/${id}`,
  `/apps/${id}/public-key.pem`,
];
const get = (path: string, headers: Record<string, string> = {}) => fetch(gateway.url + path, { headers });
const keysOf = async (id: string) => ((await (await get(`/apps/${id}/.well-known/jwks.json`)).json()) as { keys: Jwk[] }).keys;
const kidOf = (jwt: string) => (JSON.parse(Buffer.from(jwt.split(".")[0] ?? "", "base64url").toString()) as { kid: string }).kid;
/** Lets a day pass in which the next key is public, and lets it sign. */
async function rotate(id: string): Promise<void> {
  gateway.clock.move({ hours: 24, seconds: 1 });
  await gateway.services.signingKeys.rotate(id);
}

describe("key set", () => {
  it("key set - JW-11 - contains public members only, RSA 2048, e 65537, one algorithm, unique kid", async () => {
    const keys = await keysOf(application.id);
    expect(keys.length).toBe(2);
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(["alg", "e", "kid", "kty", "n", "use"]);
      expect(key).toMatchObject({ kty: "RSA", alg: "RS256", use: "sig", e: "AQAB" });
      const n = Buffer.from(key["n"] ?? "", "base64url");
      expect([n.length, n[0]]).toEqual([256, expect.toSatisfy((first: number) => first >= 128)]);
    }
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(2);
  });

  it("key set - JW-16 rotation - the next key was published before, the previous key stays, at most three keys", async () => {
    const own = await gateway.createApplication("Rotated");
    const { email } = await signUpPerson(gateway, own);
    const [current, next] = (await keysOf(own.id)).map(({ kid }) => kid);
    await expect(gateway.services.signingKeys.rotate(own.id)).rejects.toThrow(/24 hours/);
    await rotate(own.id);
    const rotated = (await keysOf(own.id)).map(({ kid }) => kid);
    expect(rotated).toHaveLength(3);
    expect(rotated).toEqual(expect.arrayContaining([current, next]));
    expect(kidOf((await requireLogIn(own.client, email)).jwt)).toBe(next);
    gateway.clock.move({ hours: 24, seconds: 1 });
    await expect(gateway.services.signingKeys.rotate(own.id)).rejects.toThrow(/three keys/);
    gateway.clock.move({ hours: 1, seconds: 1 });
    expect((await keysOf(own.id)).map(({ kid }) => kid)).not.toContain(current);
    await gateway.services.signingKeys.rotate(own.id);
    expect(await keysOf(own.id)).toHaveLength(3);
  });

  it("public key - PEM - is the SPKI of the signing key, 451 characters with line breaks", async () => {
    const answer = await get(`/apps/${application.id}/public-key.pem`);
    const pem = await answer.text();
    expect(pem).toMatch(/^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+\n-----END PUBLIC KEY-----\n?$/);
    expect(pem.trim().length + 1).toBe(451);
    const [current] = await keysOf(application.id);
    expect(createPublicKey(pem).export({ format: "jwk" })).toEqual({ kty: "RSA", n: current?.["n"], e: current?.["e"] });
    expect(kidOf((await signUpPerson(gateway, application)).tokens.jwt)).toBe(current?.["kid"]);
  });

  it("private keys - JW-20 every answer and the database - never appear unencrypted", async () => {
    const answers = await Promise.all(paths(application.id).map(async (path) => (await get(path)).text()));
    expect(answers.join("\n")).not.toMatch(/PRIVATE|"(d|p|q|dp|dq|qi|oth|k)":/);
    expect(await gateway.dump()).not.toMatch(/PRIVATE KEY/);
  });
});

describe("headers", () => {
  it.each(
    ["application/json", "application/json", "application/json", "application/x-pem-file"].map((type, index) => ({ type, index })),
  )("published file $index - GET - $type, cacheable for 300 seconds, readable from any origin", async ({ type, index }) => {
    const answer = await get(paths(application.id)[index] ?? "", { origin: "https://anywhere.example" });
    expect(answer.status).toBe(200);
    expect(
      Object.fromEntries(["content-type", "cache-control", "access-control-allow-origin"].map((name) => [name, answer.headers.get(name)])),
    ).toEqual({
      "content-type": type,
      "cache-control": "public, max-age=300",
      "access-control-allow-origin": "*",
    });
    expect(answer.headers.get("set-cookie")).toBeNull();
  });

  it("published files - If-None-Match - answer 304 without a body until they change", async () => {
    const own = await gateway.createApplication("Tagged");
    const [keySet = ""] = paths(own.id);
    const etag = (await get(keySet)).headers.get("etag") ?? "";
    expect(etag).toMatch(/^"[A-Za-z0-9_-]{20,}"$/);
    const same = await get(keySet, { "if-none-match": etag });
    expect([same.status, await same.text(), same.headers.get("etag"), same.headers.get("cache-control")]).toEqual([
      304,
      "",
      etag,
      "public, max-age=300",
    ]);
    expect((await get(keySet, { "if-none-match": '"another"' })).status).toBe(200);
    await rotate(own.id);
    const changed = await get(keySet, { "if-none-match": etag });
    expect([changed.status, changed.headers.get("etag") === etag]).toEqual([200, false]);
  });
});

describe("applications without published keys", () => {
  it("key files - JW-19 unknown, suspended and deleted application, developers' tenant - answer the same 404 and create no row", async () => {
    const suspended = await gateway.createApplication("Suspended");
    await gateway.configure(suspended.id, "general.status=SUSPENDED");
    const deleted = await gateway.createApplication("Deleted");
    await new ApplicationLifecycle(gateway.services).delete(internalContext("OPERATOR"), deleted.id);
    const before = await gateway.query("SELECT id FROM signing_keys");
    const ids = ["11111111-1111-4111-8111-111111111111", suspended.id, deleted.id, RESERVED_APPLICATION_ID, "nonsense", "%00", "..%2f"];
    for (const path of paths(application.id)) {
      const answers = await Promise.all(
        ids.map(async (id) => {
          const answer = await get(path.replace(application.id, id));
          return {
            status: answer.status,
            body: await answer.text(),
            cache: answer.headers.get("cache-control"),
            type: answer.headers.get("content-type"),
          };
        }),
      );
      expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 404));
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    }
    expect(await gateway.query("SELECT id FROM signing_keys")).toEqual(before);
  });

  it("key files - suspended application - are unavailable immediately and available after reactivation", async () => {
    const own = await gateway.createApplication("Paused");
    const [keySet = ""] = paths(own.id);
    const statusAfter = async (status: string) => {
      await gateway.configure(own.id, `general.status=${status}`);
      return (await get(keySet)).status;
    };
    expect([await statusAfter("SUSPENDED"), await statusAfter("ACTIVE")]).toEqual([404, 200]);
  });
});

describe("database unavailable", () => {
  it("key files - published before or never, database unavailable or another failure - only the first are served as published last", async () => {
    const [published, unpublished] = [await gateway.createApplication("Published"), await gateway.createApplication("Unpublished")];
    const before = await Promise.all(paths(published.id).map(async (path) => (await get(path)).text()));
    const failWith = (error: Error) => vi.spyOn(gateway.services.signingKeys, "listPublished").mockRejectedValue(error);
    const statusOf = async (id: string) => (await get(paths(id)[0] ?? "")).status;
    const unavailable = failWith(Object.assign(new Error("refused"), { code: "ECONNREFUSED" }));
    expect(await Promise.all(paths(published.id).map(async (path) => (await get(path)).text()))).toEqual(before);
    expect(await statusOf(unpublished.id)).toBe(503);
    unavailable.mockRestore();
    const broken = failWith(new Error("broken"));
    expect(await statusOf(published.id)).toBe(500);
    broken.mockRestore();
    expect([await statusOf(published.id), await statusOf(unpublished.id)]).toEqual([200, 200]);
  });
});

describe("discovery", () => {
  it("discovery - both URL forms - return the same six fields, issuer identical to iss", async () => {
    const [keySet = "", openid = "", inserted = ""] = paths(application.id);
    const { jwt } = (await signUpPerson(gateway, application)).tokens;
    const { iss } = JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString()) as { iss: string };
    const document = (await (await get(openid)).json()) as Record<string, unknown>;
    expect(document).toEqual({
      issuer: iss,
      jwks_uri: gateway.url + keySet,
      authorization_endpoint: expect.stringMatching(/^http:\/\//),
      response_types_supported: ["id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
    });
    expect(iss.endsWith("/")).toBe(false);
    expect(await (await get(inserted)).json()).toEqual(document);
  });
});
