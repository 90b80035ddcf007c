import { readFileSync } from "node:fs";
import { buildSchema, type GraphQLObjectType, getNamedType, isLeafType, isNonNullType, isObjectType, isUnionType } from "graphql";
import { describe, expect, it } from "vitest";
import { internalContext } from "../../src/domain/request-context.js";
import { ApplicationLifecycle } from "../../src/management/index.js";
import { ForgotPasswordDocument, InviteDocument, MeDocument, SignUpDocument } from "../support/generated/authentication.js";
import { attempt, hostileFixture, outcomeOf } from "../support/hostile-fixture.js";
import { PASSWORD, requireLogIn, signUpPerson, uniqueEmail } from "../support/people.js";
import { probesOf, type SchemaName, send, withValueAt } from "../support/probe.js";

const fixture = hostileFixture();
const UNKNOWN_ID = "5a8e0c52-41f4-4b8e-9d0e-6f1f0c9a7b21";

/** A query for everything that can be asked for without arguments, as deep as documents may be. */
function buildFullQuery(name: SchemaName): string {
  const schema = buildSchema(readFileSync(`schema/${name}.graphql`, "utf8"));
  const select = (type: GraphQLObjectType, depth: number): string => {
    const parts = Object.values(type.getFields()).flatMap((field) => {
      const inner = getNamedType(field.type);
      if (field.args.some(({ type: needed, defaultValue }) => isNonNullType(needed) && defaultValue === undefined)) return [];
      if (isLeafType(inner)) return [field.name];
      if (depth <= 1) return [];
      if (isUnionType(inner)) {
        const members = inner.getTypes().map((member) => `... on ${member.name} ${select(member, depth - 1)}`);
        return [`${field.name} { __typename ${members.join(" ")} }`];
      }
      return isObjectType(inner) ? [`${field.name} ${select(inner, depth - 1)}`] : [];
    });
    return `{ __typename ${parts.join(" ")} }`;
  };
  const query = schema.getQueryType();
  return query ? select(query, 6) : "";
}

describe("the Management API", () => {
  it("TN-01 every operation that takes an id - another developer's and an unknown one - are rejected alike and change nothing", async () => {
    const client = fixture.gateway.management(fixture.b.secretKey).with({ address: undefined });
    const probes = probesOf("management").flatMap((probe) =>
      probe.positions.filter(({ type }) => type === "ID").map((place) => ({ probe, place })),
    );
    expect(probes.length).toBeGreaterThan(0);
    const [key] = await fixture.gateway.query<{ id: string }>("SELECT id FROM signing_keys WHERE application_id = ?", [fixture.a.id]);
    const foreign = [fixture.a.id, fixture.u1.tokens.user.id, key?.id ?? "", fixture.suspended.tokens.user.id];
    await fixture.expectUnchanged(async () => {
      for (const { probe, place } of probes) {
        const texts = [];
        for (const id of [UNKNOWN_ID, ...foreign])
          texts.push((await send(client, probe, (variables) => withValueAt(variables, place.path, id))).text);
        expect([probe.name, new Set(texts).size, texts[0]]).toEqual([probe.name, 1, expect.stringContaining('"errors"')]);
      }
    });
  });

  it("TN-07 both APIs - every readable field - contains only the caller's own data and no secret", async () => {
    const person = await fixture.signUpPerson();
    const own = await person.client.post({ query: buildFullQuery("authentication") });
    const managed = await fixture.gateway.management(fixture.b.secretKey).post({ query: buildFullQuery("management") });
    expect([own.status, managed.status]).toEqual([200, 200]);
    expect(own.text).toContain(person.tokens.user.id);
    expect(managed.text).toContain(fixture.b.id);
    const foreign = [
      fixture.a2.id,
      fixture.b.id,
      fixture.b.appKey,
      "Red Kite",
      fixture.a.secretKey,
      fixture.a.appKey,
      fixture.u1.tokens.user.id,
    ];
    expect(foreign.filter((text) => own.text.includes(text))).toEqual([]);
    expect([fixture.a.id, fixture.a2.id, "Heron", fixture.b.secretKey].filter((text) => managed.text.includes(text))).toEqual([]);
    expect(own.text + managed.text).not.toMatch(/PRIVATE KEY|"d":|hash|sealed|secretKey|ownerId/i);
  });

  it("TN-20 every operation - a user's tokens, the application key, altered secret keys - are rejected", async () => {
    const { tokens } = await fixture.signUpPerson();
    const bearers = [
      tokens.sessionToken,
      tokens.refreshToken,
      tokens.jwt,
      tokens.deviceToken ?? "",
      fixture.a.appKey,
      `${fixture.a.secretKey}A`,
    ];
    await fixture.expectUnchanged(async () => {
      for (const bearer of [undefined, ...bearers])
        for (const probe of probesOf("management")) {
          const answer = await send(fixture.gateway.management(bearer), probe);
          expect([probe.name, outcomeOf(answer)]).toEqual([probe.name, "UNAUTHENTICATED"]);
        }
    });
  });
});

describe("the Authentication API", () => {
  it("TN-03 every operation that needs a session - with another application's key, none, or an invented one - is rejected", async () => {
    const { tokens } = await fixture.signUpPerson();
    const invented = `lk_app_${"A".repeat(22)}`;
    const probes = probesOf("authentication");
    const keys = [
      fixture.b.appKey,
      fixture.a2.appKey,
      undefined,
      invented,
      "garbage",
      `${fixture.a.appKey} `.repeat(2),
      fixture.a.secretKey,
    ];
    await fixture.expectUnchanged(async () => {
      for (const appKey of keys) {
        const client = fixture.gateway.client(appKey).with({ token: tokens.sessionToken });
        expect(outcomeOf(await client.run(MeDocument, {}))).toBe("UNAUTHENTICATED");
        for (const probe of probes.filter(({ name }) =>
          /metadata|account|invit|revoke|everywhere|handle|change|locale|jwt|logOut/i.test(name),
        ))
          expect([probe.name, outcomeOf(await send(client, probe))]).toEqual([
            probe.name,
            expect.stringMatching(/^(UNAUTHENTICATED|INVALID_CODE)$/),
          ]);
      }
    });
    expect(outcomeOf(await fixture.a.client.with({ token: tokens.sessionToken }).run(MeDocument, {}))).toBe("data");
  });

  it("TN-04 one address in two applications - guesses, reset, suspension and deletion in one - do not affect the other", async () => {
    const { gateway, a, b } = fixture;
    const here = await fixture.signUpPerson();
    const there = await signUpPerson(gateway, b, here.email, { password: fixture.registerSecret("the password over there") });
    for (let guess = 0; guess < 25; guess++) await attempt.logIn(b.client, here.email, "a wrong password");
    expect((await gateway.mails.next(here.email)).text).toContain("Red Kite");
    await attempt.forgot(b.client, here.email);
    const code = await gateway.mails.nextCode(here.email);
    expect(outcomeOf(await attempt.reset(a.client, here.email, code, "reset from over there"))).toBe("INVALID_CODE");
    expect(outcomeOf(await attempt.reset(b.client, here.email, code, fixture.registerSecret("reset at its own home")))).toBe(
      "PasswordReset",
    );
    await gateway.query("UPDATE users SET status = 'SUSPENDED' WHERE id = ?", [there.tokens.user.id]);
    await requireLogIn(a.client, here.email);
    expect((await here.client.expect(MeDocument, {})).me?.id).toBe(here.tokens.user.id);
    await gateway.query("DELETE FROM users WHERE id = ?", [there.tokens.user.id]);
    await requireLogIn(a.client, here.email);
  });

  it("TN-05 every operation - an application named in arguments, body, cookie or URL - only the header is used", async () => {
    const email = uniqueEmail();
    for (const name of ["appId", "appKey", "applicationId"])
      for (const probe of probesOf("authentication").filter(({ positions: places }) => places.length > 0)) {
        const [place] = probe.positions;
        const answer = await send(fixture.a.client, probe, (variables) =>
          withValueAt(variables, [...(place?.path ?? []), name], fixture.b.id),
        );
        expect([probe.name, outcomeOf(answer)]).toEqual([probe.name, "BAD_USER_INPUT"]);
      }
    const { appKey } = fixture.b;
    const client = fixture.a.client.with({
      endpoint: `/graphql?appKey=${appKey}&x-app-key=${appKey}`,
      headers: { cookie: `x-app-key=${appKey}` },
    });
    await client.expect(SignUpDocument, { input: { handle: { email }, password: PASSWORD } });
    const rows = await fixture.gateway.query<{ application_id: string }>("SELECT application_id FROM pending_sign_ups WHERE email = ?", [
      email,
    ]);
    expect(rows).toEqual([{ application_id: fixture.a.id }]);
    await fixture.gateway.mails.nextCode(email);
  });

  it("TN-12 ids of users, sessions and invitations - created one after the other - are random", async () => {
    const ids: string[] = [];
    const host = await fixture.signUpPerson();
    for (let index = 0; index < 10; index++) {
      const person = await fixture.signUpPerson();
      const { me } = await person.client.expect(MeDocument, {});
      ids.push(person.tokens.user.id, me?.sessions[0]?.id ?? "");
    }
    const { invite } = await host.client.expect(InviteDocument, { input: { handle: { email: uniqueEmail() } } });
    if (invite.__typename === "InvitationSent") ids.push(invite.invitation.id);
    expect(new Set(ids).size).toBe(21);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    for (let place = 0; place < 8; place++) expect(new Set(ids.map((id) => id[place])).size).toBeGreaterThan(5);
  });

  it("TN-18 rate limits - one application has reached its limits - another application's mails are still sent", async () => {
    const { gateway, a2, b } = fixture;
    const busy = uniqueEmail();
    for (let index = 0; index < 4; index++) {
      await attempt.signUp(b.client, busy);
      gateway.clock.move({ seconds: 61 });
    }
    for (let index = 0; index < 210; index++) await attempt.complete(b.client, uniqueEmail(), "000000");
    await signUpPerson(gateway, a2);
    const { email } = await fixture.signUpPerson();
    expect(outcomeOf(await fixture.a.client.run(ForgotPasswordDocument, { input: { handle: { email } } }))).toBe("PasswordResetRequested");
    expect(await gateway.mails.nextCode(email)).toMatch(/^\d{6}$/);
  });

  it("TN-19 two applications with two languages - 40 mails of each at once - every mail has the right name and language", async () => {
    const { gateway } = fixture;
    const german = await gateway.createApplication("Blaumeise", 'locales.supported=["en","de"]', "locales.default=de");
    const french = await gateway.createApplication("Mésange", 'locales.supported=["en","fr"]', "locales.default=fr");
    const senders = Array.from({ length: 80 }, (_, index) => ({ to: uniqueEmail(), application: index % 2 ? german : french }));
    await Promise.all(senders.map(({ to, application }) => attempt.signUp(application.client, to)));
    for (const { to, application } of senders) {
      const { raw, text } = await gateway.mails.next(to);
      const [own, foreign] = application === german ? ["Blaumeise", "Mésange"] : ["Mésange", "Blaumeise"];
      expect([text.includes(own), text.includes(foreign), raw.includes("Heron")]).toEqual([true, false, false]);
      expect(/Minuten/.test(text)).toBe(application === german);
    }
    for (const { id } of [german, french]) await new ApplicationLifecycle(gateway.services).delete(internalContext("OPERATOR"), id);
  });
});
