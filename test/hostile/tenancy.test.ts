import { readFileSync } from "node:fs";
import { buildSchema, type GraphQLObjectType, getNamedType, isLeafType, isNonNullType, isObjectType, isUnionType } from "graphql";
import { describe, expect, it } from "vitest";
import { ApplicationLifecycle } from "../../src/management/index.js";
import { ForgotPasswordDocument, InviteDocument, MeDocument, SignUpDocument } from "../support/generated/authentication.js";
import { attempt, hostile, outcomeOf } from "../support/hostile.js";
import { freshEmail, PASSWORD, requireLogIn, signUpPerson } from "../support/people.js";
import { probesOf, putting, type SchemaName, send } from "../support/probe.js";

const stage = hostile();
const NOBODY = "5a8e0c52-41f4-4b8e-9d0e-6f1f0c9a7b21";

/** A query for everything that can be asked for without arguments, as deep as documents may be. */
function everything(name: SchemaName): string {
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
  it("TN-01 every operation that takes an id - another developer's and one nobody has - are refused alike and change nothing", async () => {
    const client = stage.gateway.management(stage.b.secretKey).with({ address: undefined });
    const probes = probesOf("management").flatMap((probe) =>
      probe.places.filter(({ type }) => type === "ID").map((place) => ({ probe, place })),
    );
    expect(probes.length).toBeGreaterThan(0);
    const [key] = await stage.gateway.query<{ id: string }>("SELECT id FROM signing_keys WHERE application_id = ?", [stage.a.id]);
    const foreign = [stage.a.id, stage.u1.tokens.user.id, key?.id ?? "", stage.suspended.tokens.user.id];
    await stage.unchanged(async () => {
      for (const { probe, place } of probes) {
        const texts = [];
        for (const id of [NOBODY, ...foreign])
          texts.push((await send(client, probe, (variables) => putting(variables, place.path, id))).text);
        expect([probe.name, new Set(texts).size, texts[0]]).toEqual([probe.name, 1, expect.stringContaining('"errors"')]);
      }
    });
  });

  it("TN-07 both APIs - everything that can be asked for - holds one's own and no secret", async () => {
    const person = await stage.person();
    const own = await person.client.post({ query: everything("authentication") });
    const managed = await stage.gateway.management(stage.b.secretKey).post({ query: everything("management") });
    expect([own.status, managed.status]).toEqual([200, 200]);
    expect(own.text).toContain(person.tokens.user.id);
    expect(managed.text).toContain(stage.b.id);
    const foreign = [stage.a2.id, stage.b.id, stage.b.appKey, "Red Kite", stage.a.secretKey, stage.a.appKey, stage.u1.tokens.user.id];
    expect(foreign.filter((text) => own.text.includes(text))).toEqual([]);
    expect([stage.a.id, stage.a2.id, "Heron", stage.b.secretKey].filter((text) => managed.text.includes(text))).toEqual([]);
    expect(own.text + managed.text).not.toMatch(/PRIVATE KEY|"d":|hash|sealed|secretKey|ownerId/i);
  });

  it("TN-20 every operation - a user's tokens, the public key, another kind of key - are refused", async () => {
    const { tokens } = await stage.person();
    const bearers = [
      tokens.sessionToken,
      tokens.refreshToken,
      tokens.jwt,
      tokens.deviceToken ?? "",
      stage.a.appKey,
      `${stage.a.secretKey}A`,
    ];
    await stage.unchanged(async () => {
      for (const bearer of [undefined, ...bearers])
        for (const probe of probesOf("management")) {
          const answer = await send(stage.gateway.management(bearer), probe);
          expect([probe.name, outcomeOf(answer)]).toEqual([probe.name, "UNAUTHENTICATED"]);
        }
    });
  });
});

describe("the Authentication API", () => {
  it("TN-03 every operation that needs a session - with another application's key, none, or an invented one - is refused", async () => {
    const { tokens } = await stage.person();
    const invented = `lk_app_${"A".repeat(22)}`;
    const probes = probesOf("authentication");
    const keys = [stage.b.appKey, stage.a2.appKey, undefined, invented, "garbage", `${stage.a.appKey} `.repeat(2), stage.a.secretKey];
    await stage.unchanged(async () => {
      for (const appKey of keys) {
        const client = stage.gateway.client(appKey).with({ token: tokens.sessionToken });
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
    expect(outcomeOf(await stage.a.client.with({ token: tokens.sessionToken }).run(MeDocument, {}))).toBe("data");
  });

  it("TN-04 one address in two applications - guesses, reset, suspension and deletion in one - do not touch the other", async () => {
    const { gateway, a, b } = stage;
    const here = await stage.person();
    const there = await signUpPerson(gateway, b, here.email, { password: stage.secret("the password over there") });
    for (let guess = 0; guess < 25; guess++) await attempt.logIn(b.client, here.email, "a wrong password");
    expect((await gateway.mails.next(here.email)).text).toContain("Red Kite");
    await attempt.forgot(b.client, here.email);
    const code = await gateway.mails.nextCode(here.email);
    expect(outcomeOf(await attempt.reset(a.client, here.email, code, "reset from over there"))).toBe("INVALID_CODE");
    expect(outcomeOf(await attempt.reset(b.client, here.email, code, stage.secret("reset at its own home")))).toBe("PasswordReset");
    await gateway.query("UPDATE users SET status = 'SUSPENDED' WHERE id = ?", [there.tokens.user.id]);
    await requireLogIn(a.client, here.email);
    expect((await here.client.expect(MeDocument, {})).me?.id).toBe(here.tokens.user.id);
    await gateway.query("DELETE FROM users WHERE id = ?", [there.tokens.user.id]);
    await requireLogIn(a.client, here.email);
  });

  it("TN-05 every operation - an application named in arguments, body, cookie or address - the header's counts", async () => {
    const email = freshEmail();
    for (const name of ["appId", "appKey", "applicationId"])
      for (const probe of probesOf("authentication").filter(({ places }) => places.length > 0)) {
        const [place] = probe.places;
        const answer = await send(stage.a.client, probe, (variables) => putting(variables, [...(place?.path ?? []), name], stage.b.id));
        expect([probe.name, outcomeOf(answer)]).toEqual([probe.name, "BAD_USER_INPUT"]);
      }
    const { appKey } = stage.b;
    const client = stage.a.client.with({
      endpoint: `/graphql?appKey=${appKey}&x-app-key=${appKey}`,
      headers: { cookie: `x-app-key=${appKey}` },
    });
    await client.expect(SignUpDocument, { input: { handle: { email }, password: PASSWORD } });
    const rows = await stage.gateway.query<{ application_id: string }>("SELECT application_id FROM pending_sign_ups WHERE email = ?", [
      email,
    ]);
    expect(rows).toEqual([{ application_id: stage.a.id }]);
    await stage.gateway.mails.nextCode(email);
  });

  it("TN-12 ids of twenty users, sessions and invitations - made one after the other - have nothing in common", async () => {
    const ids: string[] = [];
    const host = await stage.person();
    for (let index = 0; index < 10; index++) {
      const person = await stage.person();
      const { me } = await person.client.expect(MeDocument, {});
      ids.push(person.tokens.user.id, me?.sessions[0]?.id ?? "");
    }
    const { invite } = await host.client.expect(InviteDocument, { input: { handle: { email: freshEmail() } } });
    if (invite.__typename === "InvitationSent") ids.push(invite.invitation.id);
    expect(new Set(ids).size).toBe(21);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    for (let place = 0; place < 8; place++) expect(new Set(ids.map((id) => id[place])).size).toBeGreaterThan(5);
  });

  it("TN-18 an application that used its budgets up - another one's mails - leave", async () => {
    const { gateway, a2, b } = stage;
    const busy = freshEmail();
    for (let index = 0; index < 4; index++) {
      await attempt.signUp(b.client, busy);
      gateway.clock.move({ seconds: 61 });
    }
    for (let index = 0; index < 210; index++) await attempt.complete(b.client, freshEmail(), "000000");
    await signUpPerson(gateway, a2);
    const { email } = await stage.person();
    expect(outcomeOf(await stage.a.client.run(ForgotPasswordDocument, { input: { handle: { email } } }))).toBe("PasswordResetRequested");
    expect(await gateway.mails.nextCode(email)).toMatch(/^\d{6}$/);
  });

  it("TN-19 two applications of two languages - 40 mails of each at once - every mail has its own name and language", async () => {
    const { gateway } = stage;
    const german = await gateway.createApplication("Blaumeise", 'locales.supported=["en","de"]', "locales.default=de");
    const french = await gateway.createApplication("Mésange", 'locales.supported=["en","fr"]', "locales.default=fr");
    const senders = Array.from({ length: 80 }, (_, index) => ({ to: freshEmail(), application: index % 2 ? german : french }));
    await Promise.all(senders.map(({ to, application }) => attempt.signUp(application.client, to)));
    for (const { to, application } of senders) {
      const { raw, text } = await gateway.mails.next(to);
      const [own, foreign] = application === german ? ["Blaumeise", "Mésange"] : ["Mésange", "Blaumeise"];
      expect([text.includes(own), text.includes(foreign), raw.includes("Heron")]).toEqual([true, false, false]);
      expect(/Minuten/.test(text)).toBe(application === german);
    }
    for (const { id } of [german, french]) await new ApplicationLifecycle(gateway.nouns).delete(id);
  });
});
