import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import { issuerOf } from "../../src/domain/applications/index.js";
import { signJwt } from "../../src/platform/crypto/index.js";
import {
  AcceptInvitationDocument,
  InviteDocument,
  IssueJwtDocument,
  MeDocument,
  SetMetadataDocument,
} from "../support/generated/authentication.js";
import { attempt, hostileFixture, outcomeOf } from "../support/hostile-fixture.js";
import { PASSWORD, requireLogIn, signUpPerson, uniqueEmail } from "../support/people.js";

const fixture = hostileFixture();
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const decode = (part = "") => JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;

describe("JWTs as bearer tokens of the gateway", () => {
  /** Every token is rejected like an unknown one, regardless of its claims. */
  async function refuseAll(tokens: readonly string[]): Promise<void> {
    await fixture.expectUnchanged(async () => {
      for (const token of [...tokens, `lk_ses_${"A".repeat(86)}`]) {
        const answer = await fixture.a.client.with({ token }).run(MeDocument, {});
        expect([token.slice(0, 60), outcomeOf(answer)]).toEqual([token.slice(0, 60), "UNAUTHENTICATED"]);
      }
    });
  }
  const forge = async () => {
    const { tokens } = await fixture.signUpPerson();
    const [head = "", payload = "", signature = ""] = tokens.jwt.split(".");
    return { head: decode(head), payload: decode(payload), parts: [head, payload, signature] as const };
  };

  it("JW-01 JW-02 algorithm - none in every spelling, HMAC with the public key in every form - is rejected", async () => {
    const { head, payload, parts } = await forge();
    const pem = (await fixture.fetch(`/apps/${fixture.a.id}/public-key.pem`)).text;
    const jwks = (await fixture.fetch(`/apps/${fixture.a.id}/.well-known/jwks.json`)).text;
    const [jwk] = (JSON.parse(jwks) as { keys: { n: string }[] }).keys;
    const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64");
    const secrets = [pem, pem.trim(), der, JSON.stringify(jwk), jwks, jwk?.n ?? "", Buffer.from(jwk?.n ?? "", "base64url"), ""];
    const hmac = secrets.map((secret) => {
      const input = `${encode({ ...head, alg: "HS256" })}.${parts[1]}`;
      return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
    });
    const none = ["none", "None", "nOnE", "NONE", "", null].flatMap((alg) => {
      const input = `${encode({ ...head, alg })}.${encode(payload)}`;
      return [`${input}.`, `${input}.${parts[2]}`];
    });
    await refuseAll([...none, ...hmac, `${parts[0]}.${parts[1]}.`]);
  });

  it("JW-04 JW-07 JW-08 header - embedded keys, crit, b64, unexpected types and kids - is rejected and nothing is fetched", async () => {
    let fetched = 0;
    const listener = createServer((_request, response) => {
      fetched++;
      response.end("{}");
    });
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(listener.address() as { port: number }).port}/keys`;
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const { head, payload } = await forge();
    const signed = (more: object) => {
      const input = `${encode({ ...head, ...more })}.${encode(payload)}`;
      return `${input}.${sign("sha256", Buffer.from(input), privateKey).toString("base64url")}`;
    };
    const kids = ["../../../etc/passwd", "' OR 1=1 --", "\u0000", { a: 1 }, "x".repeat(2_000), [], 1];
    const brought = [{ jwk: publicKey.export({ format: "jwk" }) }, { jku: url }, { x5u: url }, { x5c: ["AAAA"] }, { crit: ["x"], x: 1 }];
    const types = [{ b64: false, crit: ["b64"] }, { typ: "at+jwt" }, { typ: "JWE" }, { cty: "JWT" }, { alg: "RSA-OAEP", enc: "A256GCM" }];
    await refuseAll([...brought, ...types, ...kids.map((kid) => ({ kid }))].map(signed));
    await refuseAll(["a.b.c.d.e", `${encode({ alg: "dir", enc: "A256GCM" })}..AAAA.AAAA.AAAA`]);
    await new Promise<void>((resolve) => listener.close(() => resolve()));
    expect(fetched).toBe(0);
  });

  it("JW-05 JW-06 JW-09 claims and encoding - signed with the application's own key - are rejected", async () => {
    const { payload, parts } = await forge();
    const { key, kid } = await fixture.gateway.services.signingKeys.getSigner(fixture.a.id);
    const now = Math.floor(fixture.gateway.clock.now().getTime() / 1000);
    const { sub: _, ...withoutSubject } = payload;
    const claims = [
      payload,
      withoutSubject,
      ...[
        { iss: "https://evil.example" },
        { aud: fixture.b.id },
        { aud: [fixture.a.id, "other"] },
        { exp: "never" },
        { exp: 1e12 },
        { exp: undefined },
      ],
      ...[{ exp: now - 61 }, { exp: now - 30 }, { nbf: now + 61 }, { iat: now + 3_600 }, { sub: fixture.u1.tokens.user.id }],
    ].map((change) => ({ ...payload, ...change }));
    const signed = await Promise.all(claims.map((one) => signJwt(one, key, kid)));
    const [head = "", body = "", signature = ""] = parts;
    const spelled = [
      `${head}.${body}.${signature}.`,
      `${head}.${body}.${signature}=`,
      `${head}=.${body}=.${signature}`,
      `${head}.${body}`,
      `.${body}.`,
    ];
    const last = `${head}.${body}.${signature.slice(0, -1)}${signature.endsWith("A") ? "B" : "A"}`;
    await refuseAll([...signed, ...spelled, last]);
  });
});

describe("issued JWTs", () => {
  it("JW-12 tokens of every operation - log-in, sign-up, invitation, refresh, issueJwt - verify with the published keys and Realm's rules", async () => {
    const { client } = fixture.a;
    const person = await fixture.signUpPerson();
    const email = uniqueEmail();
    await person.client.expect(InviteDocument, { input: { handle: { email } } });
    const input = { handle: { email }, code: await fixture.gateway.mails.nextCode(email), password: PASSWORD };
    const { acceptInvitation } = await client.expect(AcceptInvitationDocument, { input });
    const { data } = await attempt.refresh(client, person.tokens.refreshToken);
    if (acceptInvitation.__typename !== "LoggedIn" || data?.refreshSession.__typename !== "LoggedIn") throw new Error("refused");
    const jwts = [
      person.tokens.jwt,
      (await requireLogIn(client, person.email)).jwt,
      acceptInvitation.jwt,
      data.refreshSession.jwt,
      (await person.client.expect(IssueJwtDocument, { input: {} })).issueJwt.jwt,
    ];
    const keys = createRemoteJWKSet(new URL(`/apps/${fixture.a.id}/.well-known/jwks.json`, fixture.gateway.url));
    for (const jwt of jwts) {
      const options = { issuer: issuerOf(fixture.gateway.url, fixture.a.id), audience: fixture.a.id, algorithms: ["RS256"] };
      const { payload, protectedHeader } = await jwtVerify(jwt, keys, { ...options, currentDate: fixture.gateway.clock.now() });
      expect(protectedHeader.kid).toMatch(/^[\w-]{43}$/);
      expect([typeof payload.sub, typeof payload.exp]).toEqual(["string", "number"]);
    }
  });

  it("JW-14 JW-21 set metadata - registered claims, and oversized values - is rejected; the token keeps its claims and its size", async () => {
    const own = await fixture.gateway.createApplication("Claims", 'metadata.fields=[{"path":"a"},{"path":"b"},{"path":"c"}]');
    const person = await signUpPerson(fixture.gateway, own);
    const set = async (metadata: object) =>
      outcomeOf(await person.client.run(SetMetadataDocument, { input: { metadata: metadata as never } }));
    for (const name of ["sub", "aud", "iss", "exp", "nbf", "iat", "jti", "roles", "amr", "email", "__proto__x"])
      expect([name, await set({ [name]: "x" })]).toEqual([name, "METADATA_REFUSED"]);
    const outcomes = new Set<string>();
    for (let size = 500; size <= 4_000; size += 500)
      outcomes.add(await set({ a: "x".repeat(size), b: "\u00e9".repeat(size / 2), c: "y".repeat(200) }));
    expect(outcomes).toEqual(new Set(["ProfileUpdated", "METADATA_REFUSED", "BAD_USER_INPUT"]));
    const { jwt } = await requireLogIn(own.client, person.email);
    expect(jwt.length).toBeLessThanOrEqual(6_144);
    expect(decode(jwt.split(".")[1])).toMatchObject({ sub: person.tokens.user.id, aud: own.id, email: person.email });
  });

  it("JW-22 audience - empty, too long, another application's - is rejected or only changes the name: issuers stay distinct", async () => {
    const { gateway, a2, b } = fixture;
    for (const audience of [" ", "x".repeat(300)])
      await expect(gateway.configure(a2.id, `token.audience=${audience}`)).rejects.toThrow(/token\.audience/);
    const posing = await gateway.createApplication("Posing", `token.audience=${b.id}`);
    const person = await signUpPerson(gateway, posing);
    expect(decode(person.tokens.jwt.split(".")[1])).toMatchObject({ aud: b.id, iss: issuerOf(gateway.url, posing.id) });
    const keys = createRemoteJWKSet(new URL(`/apps/${b.id}/.well-known/jwks.json`, gateway.url));
    await expect(jwtVerify(person.tokens.jwt, keys, { audience: b.id, currentDate: gateway.clock.now() })).rejects.toThrow(
      /no applicable key/,
    );
  });
});
