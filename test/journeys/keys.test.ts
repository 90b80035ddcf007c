import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { addSeconds } from "../../src/platform/clock.js";
import { gatewayForFile, type TestApplication, TestGateway } from "../support/gateway.js";
import { RefreshSessionDocument } from "../support/generated/authentication.js";
import { requireLogIn, signUpPerson } from "../support/people.js";

const gateway = gatewayForFile({ generatesKeys: true });
let application: TestApplication;
beforeAll(async () => {
  application = await gateway.createApplication();
});

const fetchKeys = async (id = application.id): Promise<JSONWebKeySet> =>
  (await (await fetch(`${gateway.url}/apps/${id}/.well-known/jwks.json`)).json()) as JSONWebKeySet;
const verify = (jwt: string, keys: JSONWebKeySet) =>
  jwtVerify(jwt, createLocalJWKSet(keys), { currentDate: gateway.clock.now(), audience: application.id });

describe("signing keys", () => {
  it("JW-16 rotation every two days - verifier that fetches every five minutes - accepts every token for its whole lifetime", async () => {
    await gateway.configure(application.id, "token.rotationDays=2");
    const person = await signUpPerson(gateway, application);
    const loaded = await gateway.services.applicationRegistry.find(application.id);
    const user = await gateway.services.users.findById(application.id, person.tokens.user.id);
    if (!loaded || !user) throw new Error("no fixture");
    let cached = await fetchKeys();
    const alive: string[] = [];
    const signers = new Set<string>();
    for (let minute = 0; minute < 5 * 24 * 60; minute += 2) {
      if (minute % 10 === 0) await gateway.gateway.maintenance.runOnce();
      const authentication = { authenticatedAt: user.createdAt, amr: ["pwd"] } as const;
      const { jwt } = await gateway.services.jwtIssuer.issue(loaded, user, authentication, addSeconds(gateway.clock.now(), 86_400));
      alive.push(jwt);
      // The verifier's fetch is as late as max-age lets it be: after the token was issued.
      const { protectedHeader } = await verify(jwt, cached);
      signers.add(protectedHeader.kid ?? "");
      if (alive.length > 29) await verify(alive.shift() ?? "", cached);
      if (minute % 5 <= 1) cached = await fetchKeys();
      expect(cached.keys.length).toBeLessThanOrEqual(3);
      gateway.clock.move({ minutes: 2 });
    }
    expect(signers.size).toBeGreaterThanOrEqual(3);
  }, 300_000);

  it("JW-18 current key - revoked - is removed from the key set immediately; refresh and log-in continue with the next", async () => {
    const own = await gateway.createApplication("Leaky");
    const person = await signUpPerson(gateway, own);
    const leaked = (await fetchKeys(own.id)).keys[0]?.kid ?? "";
    await gateway.services.signingKeys.revoke(own.id, leaked);
    const keys = await fetchKeys(own.id);
    expect(keys.keys.map(({ kid }) => kid)).not.toContain(leaked);
    expect(keys.keys).toHaveLength(2);
    const { refreshSession } = await own.client.expect(RefreshSessionDocument, { input: { refreshToken: person.tokens.refreshToken } });
    if (refreshSession.__typename !== "LoggedIn") throw new Error("refused");
    await jwtVerify(refreshSession.jwt, createLocalJWKSet(keys), { currentDate: gateway.clock.now() });
    await expect(jwtVerify(person.tokens.jwt, createLocalJWKSet(keys), { currentDate: gateway.clock.now() })).rejects.toThrow();
    await requireLogIn(own.client, person.email);
    const rows = await gateway.query<{ private_key_sealed: string }>("SELECT private_key_sealed FROM signing_keys WHERE id = ?", [leaked]);
    expect(rows[0]?.private_key_sealed).toBe("");
  });
});

describe("master keys", () => {
  const OLD = "test:c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlISE=";
  const NEW = "next:YW5vdGhlciBzaXh0ZWVuIGFuZCBzaXh0ZWVuIG1vcmU=";
  const masterKeyIdsInUse = async () => {
    const encrypted = await gateway.query<{ value: string }>(
      "SELECT key_sealed AS value FROM keyring UNION ALL SELECT value_sealed AS value FROM application_secrets UNION ALL SELECT private_key_sealed AS value FROM signing_keys WHERE private_key_sealed <> '' UNION ALL SELECT secret_sealed AS value FROM second_factors",
    );
    return new Set(
      encrypted.map(({ value }) => (JSON.parse(Buffer.from(value.split(".")[0] ?? "", "base64url").toString()) as { kid: string }).kid),
    );
  };

  it("UP-03 master keys - new key in front - secrets are re-encrypted with it while users log in; then the old one can be removed", async () => {
    const person = await signUpPerson(gateway, application);
    await gateway.configure(application.id, "twilio.authToken=a-token-to-be-encrypted-again");
    const { database, secondFactors } = gateway.services;
    const user = { applicationId: application.id, id: person.tokens.user.id };
    await database.transaction((tx) => secondFactors.enrollTotp(tx, user));
    expect(await masterKeyIdsInUse()).toEqual(new Set(["test"]));
    const both = await TestGateway.start({ shareDatabaseOf: gateway, environment: { MASTER_KEYS: `${NEW},${OLD}` } });
    await requireLogIn(application.client.with({ baseUrl: both.url }), person.email);
    await both.gateway.maintenance.runOnce();
    expect(await masterKeyIdsInUse()).toEqual(new Set(["next"]));
    await requireLogIn(application.client, person.email);
    await both.stop();
    const alone = await TestGateway.start({ shareDatabaseOf: gateway, environment: { MASTER_KEYS: NEW } });
    await requireLogIn(application.client.with({ baseUrl: alone.url }), person.email);
    expect(await alone.services.applicationSecrets.decrypt(application.id, "twilio.authToken")).toBe("a-token-to-be-encrypted-again");
    await alone.stop();
    await expect(TestGateway.start({ shareDatabaseOf: gateway })).rejects.toThrow(/Cannot decrypt/);
  });
});
