import { describe, expect, it } from "vitest";
import { MeDocument } from "../support/generated/authentication.js";
import {
  ActivateUserDocument,
  CreateInvitationDocument,
  DeleteUserDocument,
  EndUserSessionsDocument,
  ManagedUserDocument,
  SendPasswordResetDocument,
  SuspendUserDocument,
  UnlockUserDocument,
} from "../support/generated/management.js";
import { hostileFixture, outcomeOf } from "../support/hostile-fixture.js";
import { logIn, signUpPerson, uniqueEmail } from "../support/people.js";

const fixture = hostileFixture();

describe("effects and audit of back end operations", () => {
  it("TN-04 suspend, delete - in one application - do not affect the same address in another", async () => {
    const { gateway, a, a2 } = fixture;
    const here = await fixture.signUpPerson(a);
    const there = await signUpPerson(gateway, a2, here.email);
    const backEnd = gateway.management(a2.secretKey);
    const input = { applicationId: a2.id, userId: there.tokens.user.id };
    for (const document of [SuspendUserDocument, UnlockUserDocument, EndUserSessionsDocument, DeleteUserDocument])
      expect((await backEnd.run(document as typeof SuspendUserDocument, { input })).errors).toEqual([]);
    expect((await here.client.run(MeDocument, {})).data?.me?.id).toBe(here.tokens.user.id);
    expect(await logIn(a.client, here.email)).toMatchObject({ __typename: "LoggedIn" });
    const told = gateway.mails.received.filter(({ to, subject }) => to === here.email && subject.includes("Blue Heron at"));
    expect(told).toEqual([]);
  });

  it("TN-12 user - guessed ids, other spellings, unusual ids - FORBIDDEN", async () => {
    const { gateway, a, u1 } = fixture;
    const { id } = u1.tokens.user;
    const last = id.at(-1) === "0" ? "1" : "0";
    const guesses = [
      `${id.slice(0, -1)}${last}`,
      ` ${id}`,
      `${id} `,
      id.toUpperCase(),
      id.replaceAll("-", ""),
      `${id}%`,
      "%",
      "",
      "0",
      "1",
      "null",
    ];
    const odd = ["' OR '1'='1", "[object Object]", "a".repeat(200_000)];
    for (const userId of [...guesses, ...odd]) {
      if (userId === id) continue;
      const answer = await gateway.management(a.secretKey).run(ManagedUserDocument, { applicationId: a.id, userId });
      expect([userId.slice(0, 50), outcomeOf(answer)]).toEqual([userId.slice(0, 50), "FORBIDDEN"]);
    }
    for (const userId of [null, {}, ["a"], { $gt: "" }, true]) {
      const answer = await gateway.management(a.secretKey).run(SuspendUserDocument, { input: { applicationId: a.id, userId } as never });
      expect([userId, outcomeOf(answer)]).toEqual([userId, expect.stringMatching(/BAD_USER_INPUT|FORBIDDEN/)]);
    }
  });

  it("IL-10 IN-01 IN-14 createInvitation - reserved names, prototypes, another inviter, flags - is rejected and nothing is sent", async () => {
    const { gateway, a } = fixture;
    const ask = async (more: object) => {
      const input = { applicationId: a.id, email: uniqueEmail(), ...more };
      return outcomeOf(await gateway.management(a.secretKey).run(CreateInvitationDocument, { input: input as never }));
    };
    await fixture.expectUnchanged(async () => {
      for (const name of ["sub", "iss", "aud", "exp", "email_verified", "role"])
        expect([name, await ask({ metadata: { [name]: "x" } })]).toEqual([name, "METADATA_REFUSED"]);
      for (const name of ["__proto__", "constructor", "prototype"])
        expect([name, await ask({ metadata: JSON.parse(`{"a":{"${name}":{"x":1}}}`) as object })]).toEqual([name, "BAD_USER_INPUT"]);
      for (const more of [
        { inviterId: fixture.u1.tokens.user.id },
        { inviter: "x" },
        { status: "ACCEPTED" },
        { expiresAt: "2030-01-01T00:00:00.000Z" },
      ])
        expect([more, await ask(more)]).toEqual([more, "BAD_USER_INPUT"]);
      for (const email of [
        "",
        "a@b",
        "a@b.c\r\nBcc: x@y.example",
        "two@mail.example, three@mail.example",
        `${"a".repeat(300)}@mail.example`,
      ])
        expect([email, await ask({ email })]).toEqual([email, "HANDLE_INVALID"]);
    });
  });

  it("LG-04 every change - audit - records exactly one entry with actor, application, address, request", async () => {
    const { gateway, a } = fixture;
    const { tokens, email } = await fixture.signUpPerson();
    const id = tokens.user.id;
    const backEnd = gateway.management(a.secretKey).with({ address: "203.0.113.77" });
    const input = { applicationId: a.id, userId: id };
    for (const document of [
      SendPasswordResetDocument,
      EndUserSessionsDocument,
      SuspendUserDocument,
      ActivateUserDocument,
      UnlockUserDocument,
      DeleteUserDocument,
    ])
      await backEnd.run(document as typeof SuspendUserDocument, { input });
    const rows = await gateway.query<{
      event: string;
      outcome: string;
      actor: string;
      application_id: string;
      request_id: string;
      details: string;
    }>("SELECT event, outcome, actor, application_id, request_id, details FROM audit_events WHERE address = ?", ["203.0.113.77"]);
    expect(rows.map(({ event }) => event).sort()).toEqual(
      ["ACCOUNT_DELETED", "PASSWORD_RESET_REQUESTED", "USER_ACTIVATED", "USER_SESSIONS_ENDED", "USER_SUSPENDED", "USER_UNLOCKED"].sort(),
    );
    for (const row of rows)
      expect(row).toMatchObject({ outcome: "SUCCESS", actor: "BACK_END", application_id: a.id, request_id: expect.stringMatching(/./) });
    expect(JSON.stringify(rows)).not.toContain(email);
  });

  it("IL-06 IL-07 back end - a megabyte, lists of thousands, deeply nested values - rejected before execution", async () => {
    const { gateway, a } = fixture;
    const backEnd = gateway.management(a.secretKey);
    const query = "mutation ($input: UpdateUserMetadataInput!) { updateUserMetadata(input: $input) { __typename } }";
    const send = (metadata: unknown) =>
      backEnd.post({ query, variables: { input: { applicationId: a.id, userId: fixture.u1.tokens.user.id, metadata } } });
    await fixture.expectUnchanged(async () => {
      expect((await send({ text: "x".repeat(1_100_000) })).status).toBe(413);
      for (const metadata of [
        { text: "x".repeat(300_000) },
        { list: Array(1001).fill("x") },
        JSON.parse(`${'{"a":'.repeat(12)}1${"}".repeat(12)}`),
      ])
        expect(outcomeOf(await send(metadata))).toBe("BAD_USER_INPUT");
      const twice = await backEnd.post({
        query: `mutation { one: suspendUser(input: { applicationId: "${a.id}", userId: "x" }) { sessionsEnded } two: suspendUser(input: { applicationId: "${a.id}", userId: "y" }) { sessionsEnded } }`,
      });
      expect(outcomeOf(twice)).toBe("DOCUMENT_REFUSED");
    });
  });
});
