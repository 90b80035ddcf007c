import { describe, expect, it } from "vitest";
import { internalContext } from "../../src/domain/request-context.js";
import { ApplicationLifecycle } from "../../src/management/index.js";
import type { Client } from "../support/client.js";
import {
  AcceptInvitationDocument,
  ChangeHandleDocument,
  CompleteSignUpDocument,
  ConfirmHandleDocument,
  DeleteAccountDocument,
  InviteDocument,
  IssueJwtDocument,
  LogInDocument,
  LogOutDocument,
  MeDocument,
  RefreshSessionDocument,
  SetMetadataDocument,
} from "../support/generated/authentication.js";
import { outcomeOf } from "../support/hostile-fixture.js";
import { beginSignUp, PASSWORD, requireLogIn, signUpPerson, uniqueEmail } from "../support/people.js";
import { REQUEST_COUNT, raceFixture, rounds } from "../support/race-fixture.js";

const fields = Array.from({ length: REQUEST_COUNT }, (_, index) => ({ path: `field${index}` }));
const fixture = raceFixture(`metadata.fields=${JSON.stringify(fields)}`);

const newPerson = () => signUpPerson(fixture.gatewayA, fixture.application);
const refresh = async (client: Client, refreshToken: string) => await client.run(RefreshSessionDocument, { input: { refreshToken } });
const isUnauthenticated = async (token: string) =>
  outcomeOf(await fixture.application.client.with({ token }).run(MeDocument, {})) === "UNAUTHENTICATED";

describe("concurrent changes of one account", () => {
  it.each(rounds)("RC-06 set metadata - each of twenty requests its own field, round %i - every field is stored", async () => {
    const { client } = await newPerson();
    const answers = await fixture.race(
      REQUEST_COUNT,
      async (runner, index) => outcomeOf(await runner.run(SetMetadataDocument, { input: { metadata: { [`field${index}`]: `${index}` } } })),
      client,
    );
    expect(new Set(answers)).toEqual(new Set(["ProfileUpdated"]));
    const { me } = await client.expect(MeDocument, {});
    expect(me?.metadata).toEqual(Object.fromEntries(fields.map(({ path }, index) => [path, `${index}`])));
  });

  it.each(
    rounds,
  )("RC-05 delete account - concurrent with everything else a session can do, round %i - no orphan, no live token, no error", async () => {
    const { client, email, tokens } = await newPerson();
    const { id } = tokens.user;
    const invited = uniqueEmail("orphan");
    const moved = uniqueEmail("orphan");
    const asked = outcomeOf(await client.run(ChangeHandleDocument, { input: { handle: { email: moved } } }));
    expect(asked).toBe("CodeSent");
    const code = await fixture.gatewayA.mails.nextCode(moved);
    const acts: readonly ((runner: Client, index: number) => Promise<Parameters<typeof outcomeOf>[0]>)[] = [
      (runner) => refresh(runner, tokens.refreshToken),
      (runner, index) => runner.run(SetMetadataDocument, { input: { metadata: { field1: `${index}` } } }),
      (runner, index) => runner.run(InviteDocument, { input: { handle: { email: `${index}${invited}` } } }),
      (runner) => runner.run(LogInDocument, { input: { handle: { email }, password: PASSWORD } }),
      (runner) => runner.run(ConfirmHandleDocument, { input: { code } }),
      (runner) => runner.run(IssueJwtDocument, { input: {} }),
    ];
    const answers = await fixture.race(
      REQUEST_COUNT,
      async (runner, index) =>
        index === REQUEST_COUNT / 2
          ? await runner.run(DeleteAccountDocument, {})
          : await (acts[index % acts.length] ?? acts[0])?.(runner, index),
      client,
    );
    for (const answer of answers) expect(answer?.text).not.toMatch(/INTERNAL_SERVER_ERROR|UNAVAILABLE/);
    expect(answers[REQUEST_COUNT / 2]?.text).toContain("AccountDeleted");
    expect(await fixture.count("users WHERE id = ?", id)).toBe(0);
    expect(await fixture.count("sessions WHERE user_id = ?", id)).toBe(0);
    expect(await fixture.count("invitations WHERE inviter_id = ? AND status = 'PENDING'", id)).toBe(0);
    expect(await fixture.count("challenges WHERE application_id = ? AND purpose = 'HANDLE_CHANGE'", fixture.application.id)).toBe(0);
    const found = answers.flatMap((answer) => answer?.text.match(/lk_ses_[\w-]+/g) ?? []);
    for (const token of [tokens.sessionToken, ...found]) expect(await isUnauthenticated(token)).toBe(true);
  });

  it.each(rounds)("SE-19 log out - concurrent with twenty refreshes, round %i - no token of the session works afterwards", async () => {
    const { client, tokens } = await newPerson();
    const answers = await fixture.race(
      REQUEST_COUNT,
      async (runner, index) =>
        index === REQUEST_COUNT / 2 ? await runner.run(LogOutDocument, {}) : await refresh(runner, tokens.refreshToken),
      client,
    );
    expect(answers[REQUEST_COUNT / 2]?.text).toContain('"sessionsEnded":1');
    const all = answers.map(({ text }) => text).join("\n");
    for (const token of [tokens.sessionToken, ...(all.match(/lk_ses_[\w-]+/g) ?? [])]) expect(await isUnauthenticated(token)).toBe(true);
    for (const token of [tokens.refreshToken, ...(all.match(/lk_ref_[\w-]+/g) ?? [])])
      expect(outcomeOf(await refresh(fixture.application.client, token))).toBe("SESSION_ENDED");
    expect(await fixture.count("sessions WHERE user_id = ? AND ended_at IS NULL", tokens.user.id)).toBe(0);
  });
});

describe("concurrent claims of one address", () => {
  it.each(rounds)("RC-09 sign up and invitation - both completed at once, round %i - one user", async () => {
    const host = await newPerson();
    const email = uniqueEmail();
    await host.client.expect(InviteDocument, { input: { handle: { email } } });
    const invitation = await fixture.gatewayA.mails.nextCode(email);
    const ticket = await beginSignUp(fixture.application.client, email);
    const code = await fixture.gatewayA.mails.nextCode(email);
    const answers = await fixture.race(REQUEST_COUNT, async (runner, index) =>
      outcomeOf(
        index % 2
          ? await runner.run(CompleteSignUpDocument, { input: { handle: { email }, code, ticket } })
          : await runner.run(AcceptInvitationDocument, { input: { handle: { email }, code: invitation, password: PASSWORD } }),
      ),
    );
    expect(answers.filter((answer) => answer === "LoggedIn")).toHaveLength(1);
    expect(new Set(answers.filter((answer) => answer !== "LoggedIn"))).toEqual(new Set(["INVALID_CODE"]));
    expect(await fixture.count("users WHERE email = ?", email)).toBe(1);
    await requireLogIn(fixture.application.client, email);
  });

  it.each(
    rounds,
  )("RC-13 change handle and sign up - one address completed at once, round %i - one succeeds, the other gets a neutral answer", async () => {
    const mover = await newPerson();
    const email = uniqueEmail();
    expect(outcomeOf(await mover.client.run(ChangeHandleDocument, { input: { handle: { email } } }))).toBe("CodeSent");
    const moving = await fixture.gatewayA.mails.nextCode(email);
    const ticket = await beginSignUp(fixture.application.client, email, { password: "the password of a new user" });
    const joining = await fixture.gatewayA.mails.nextCode(email);
    const answers = await fixture.race(
      REQUEST_COUNT,
      async (runner, index) =>
        outcomeOf(
          index % 2
            ? await runner.with({ token: undefined }).run(CompleteSignUpDocument, { input: { handle: { email }, code: joining, ticket } })
            : await runner.run(ConfirmHandleDocument, { input: { code: moving } }),
        ),
      mover.client,
    );
    const won = answers.filter((answer) => answer === "LoggedIn" || answer === "HandleChanged");
    expect(won).toHaveLength(1);
    const lost = new Set(answers.filter((answer) => answer !== won[0]));
    expect(["INVALID_CODE", "TOO_MANY_ATTEMPTS"]).toEqual(expect.arrayContaining([...lost]));
    expect(await fixture.count("users WHERE email = ?", email)).toBe(1);
    const { me } = await mover.client.expect(MeDocument, {});
    expect(me?.email).toBe(won[0] === "HandleChanged" ? email : mover.email);
  });

  it("RC-10 application - created twice at once with one name - two complete applications", async () => {
    const lifecycle = new ApplicationLifecycle(fixture.gatewayA.services);
    const made = await Promise.all([1, 2].map(() => lifecycle.create(internalContext("OPERATOR"), { name: "Same name", ownerId: null })));
    expect(new Set(made.flatMap(({ application, secretKey }) => [application.id, application.appKey, secretKey])).size).toBe(6);
    for (const { application } of made) {
      const person = await signUpPerson(fixture.gatewayA, { ...fixture.application, client: fixture.gatewayA.client(application.appKey) });
      expect(person.tokens.jwt.split(".")).toHaveLength(3);
      expect(await fixture.count("signing_keys WHERE application_id = ?", application.id)).toBe(2);
    }
  });
});
