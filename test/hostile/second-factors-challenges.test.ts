import { describe, expect, it } from "vitest";
import type { Client } from "../support/client.js";
import {
  ChangeHandleDocument,
  ChangePasswordDocument,
  CompleteReauthenticationDocument,
  ConfirmHandleDocument,
  DeleteAccountDocument,
  DisableSecondFactorDocument,
  LogOutDocument,
  ReauthenticateDocument,
} from "../support/generated/authentication.js";
import { attempt, outcomeOf } from "../support/hostile-fixture.js";
import { requireLogIn, uniqueEmail } from "../support/people.js";
import { probesOf, send, withValueAt } from "../support/probe.js";
import {
  beginLogIn,
  confirmTotp,
  enrollTotp,
  type PersonWithTotp,
  reauthenticateFully,
  requireFullLogIn,
} from "../support/second-factor.js";
import { attemptCompletion, countSessions, createVictim, hostileFixtureWithTotp } from "../support/second-factor-fixture.js";

const fixture = hostileFixtureWithTotp();

/** The person's next code for this challenge. */
const complete = (challengeToken: string, { authenticator }: PersonWithTotp, client: Client = fixture.a.client) =>
  attemptCompletion(client, challengeToken, { code: authenticator.nextCode() });
const stepUp = async ({ client, password }: PersonWithTotp): Promise<string> => {
  const { reauthenticate } = await client.expect(ReauthenticateDocument, { input: { password } });
  if (reauthenticate.__typename !== "SecondFactorRequired") throw new Error(reauthenticate.__typename);
  return reauthenticate.challengeToken;
};
const completeStepUp = async (client: Client, challengeToken: string, code: string) =>
  outcomeOf(await client.run(CompleteReauthenticationDocument, { input: { challengeToken, proof: { code } } }));

describe("challenges as credentials", () => {
  it("MF-03 log in - with a factor enrolled - answers a challenge only: no token, no session, no cookie", async () => {
    const person = await createVictim(fixture);
    const before = await countSessions(fixture, person);
    const answer = await attempt.logIn(fixture.a.client, person.email, person.password);
    expect(Object.keys(answer.data?.logIn ?? {}).sort()).toEqual(["__typename", "challengeToken", "expiresAt", "maskedPhone", "methods"]);
    const whole = answer.text + JSON.stringify([...answer.headers]);
    expect(whole).not.toMatch(/lk_(?:ses|ref|dev|sec)_|eyJ/);
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(await countSessions(fixture, person)).toBe(before);
    expect(await fixture.gateway.dump()).not.toContain(
      answer.data?.logIn.__typename === "SecondFactorRequired" && answer.data.logIn.challengeToken,
    );
  });

  it("MF-04 every operation - the challenge as bearer token - is rejected as without one, changes nothing, and the challenge still works", async () => {
    const person = await createVictim(fixture);
    const challengeToken = await beginLogIn(fixture.a.client, person.email);
    const probes = probesOf("authentication");
    const unauthenticated = await Promise.all(probes.map((probe) => send(fixture.a.client, probe).then(outcomeOf)));
    const guarded = probes.filter((_, index) => unauthenticated[index] === "UNAUTHENTICATED");
    expect(guarded.length).toBeGreaterThan(18);
    const client = fixture.a.client.with({ token: challengeToken });
    await fixture.expectUnchanged(async () => {
      for (const probe of guarded) expect([probe.name, outcomeOf(await send(client, probe))]).toEqual([probe.name, "UNAUTHENTICATED"]);
      for (const probe of probesOf("management")) {
        const answer = await send(fixture.gateway.management(challengeToken), probe);
        expect([probe.name, outcomeOf(answer)]).toEqual([probe.name, "UNAUTHENTICATED"]);
      }
    });
    expect(await complete(challengeToken, person)).toBe("LoggedIn");
  });

  it("MF-04 every text argument - the challenge as its value - is rejected everywhere except completeLogIn", async () => {
    const person = await createVictim(fixture);
    const challengeToken = await beginLogIn(fixture.a.client, person.email);
    for (const probe of probesOf("authentication"))
      for (const { path, type } of probe.positions) {
        if (type !== "String") continue;
        const answer = await send(fixture.a.client, probe, (variables) => withValueAt(variables, path, challengeToken));
        expect([probe.name, path.join("."), answer.text]).toEqual([
          probe.name,
          path.join("."),
          expect.not.stringMatching(/lk_ses_[\w-]|lk_ref_[\w-]/),
        ]);
      }
    expect(await attempt.logIn(fixture.a.client, person.email, "not the password", challengeToken).then(outcomeOf)).toBe(
      "INVALID_CREDENTIALS",
    );
    expect(await countSessions(fixture, person)).toBe(1);
    expect(await complete(challengeToken, person)).toBe("LoggedIn");
  });

  it("EN-09 log in, forgot password, sign up - without the right password - do not reveal a factor", async () => {
    const [plain, person, unknownEmail] = [await fixture.signUpPerson(), await createVictim(fixture), uniqueEmail()];
    const shapes = { logIn: new Set<string>(), forgot: new Set<string>(), signUp: new Set<string>() };
    const shapeOf = (text: string) => text.replace(/"(ticket|expiresAt|resendAvailableAt)":"[^"]+"/g, '"$1":"…"');
    for (const email of [plain.email, person.email, unknownEmail]) {
      shapes.logIn.add(shapeOf((await attempt.logIn(fixture.a.client, email, "not the password")).text));
      shapes.forgot.add(shapeOf((await attempt.forgot(fixture.a.client, email)).text));
      shapes.signUp.add(shapeOf((await attempt.signUp(fixture.a.client, email)).text));
    }
    expect(Object.values(shapes).map(({ size }) => size)).toEqual([1, 1, 1]);
  });
});

describe("binding of challenges", () => {
  it("MF-10 complete log in - five wrong codes, then the right one - the challenge is invalid; after the wait a new log-in works", async () => {
    const person = await createVictim(fixture);
    fixture.gateway.clock.move({ minutes: 1 });
    const challengeToken = await beginLogIn(fixture.a.client, person.email);
    const wrong = { code: person.authenticator.wrongCode() };
    for (let times = 0; times < 5; times++) expect(await attemptCompletion(fixture.a.client, challengeToken, wrong)).toBe("INVALID_CODE");
    const right = { code: person.authenticator.code() };
    expect(await attemptCompletion(fixture.a.client, challengeToken, right)).toBe("CHALLENGE_ENDED");
    const next = await beginLogIn(fixture.a.client, person.email);
    expect(await attemptCompletion(fixture.a.client, next, right)).toBe("TOO_MANY_ATTEMPTS");
    fixture.gateway.clock.move({ seconds: 61 });
    expect(await complete(challengeToken, person)).toBe("CHALLENGE_ENDED");
    expect(await complete(next, person)).toBe("LoggedIn");
    expect(await countSessions(fixture, person)).toBe(2);
  });

  it("MF-12 complete log in - shortly before and after five minutes - works, and has ended", async () => {
    const person = await createVictim(fixture);
    const early = await beginLogIn(fixture.a.client, person.email);
    fixture.gateway.clock.move({ seconds: 298 - 30 });
    expect(await complete(early, person)).toBe("LoggedIn");
    const late = await beginLogIn(fixture.a.client, person.email);
    fixture.gateway.clock.move({ seconds: 301 - 30 });
    expect(await complete(late, person)).toBe("CHALLENGE_ENDED");
  });

  it("MF-13 complete log in - codes, recovery codes and challenges of other users and applications - are rejected", async () => {
    const [person, other] = [await createVictim(fixture), await createVictim(fixture)];
    expect((await fixture.gateway.mails.next(person.email)).subject).toContain("second factor");
    const sameEmailPerson = await createVictim(fixture, fixture.b, person.email);
    fixture.gateway.clock.move({ minutes: 1 });
    const [own, foreign, there] = await Promise.all([
      beginLogIn(fixture.a.client, person.email),
      beginLogIn(fixture.a.client, other.email),
      beginLogIn(fixture.b.client, sameEmailPerson.email),
    ]);
    const proofs = (one: PersonWithTotp) => [{ code: one.authenticator.code() }, { recoveryCode: one.recoveryCodes[0] ?? "" }];
    const sessions = () => Promise.all([person, other, sameEmailPerson].map((one) => countSessions(fixture, one)));
    const before = await sessions();
    for (const proof of proofs(other)) expect(await attemptCompletion(fixture.a.client, own, proof)).toBe("INVALID_CODE");
    for (const proof of proofs(sameEmailPerson)) expect(await attemptCompletion(fixture.a.client, own, proof)).toBe("INVALID_CODE");
    for (const proof of proofs(person)) expect(await attemptCompletion(fixture.a.client, foreign, proof)).toBe("INVALID_CODE");
    for (const client of [fixture.b.client, fixture.a2.client])
      for (const proof of proofs(person)) expect(await attemptCompletion(client, own, proof)).toBe("CHALLENGE_ENDED");
    for (const proof of proofs(sameEmailPerson)) expect(await attemptCompletion(fixture.a.client, there, proof)).toBe("CHALLENGE_ENDED");
    expect(await sessions()).toEqual(before);
    for (const [client, token, one] of [[fixture.a.client, own, person] as const, [fixture.a.client, foreign, other] as const])
      expect(await complete(token, one, client)).toBe("LoggedIn");
    expect(await complete(there, sameEmailPerson, fixture.b.client)).toBe("LoggedIn");
  });

  it("complete log in - challenge altered, doubled, oversized, without its prefix or of another kind - has ended", async () => {
    const person = await createVictim(fixture);
    const token = await beginLogIn(fixture.a.client, person.email);
    const flip = (index: number) => token.slice(0, index) + (token[index] === "A" ? "B" : "A") + token.slice(index + 1);
    const cut = [
      token.slice(0, -1),
      `${token}A`,
      `${token}=`,
      ` ${token}`,
      `${token}\n`,
      token.toLowerCase(),
      token.replace("lk_chl_", ""),
    ];
    const others = [
      token + token,
      "",
      "lk_chl_",
      `lk_chl_${"A".repeat(3_000)}`,
      "%",
      person.tokens.sessionToken,
      person.tokens.refreshToken,
    ];
    for (const text of [...[0, 7, 20, 48].map(flip), ...cut, ...others, person.tokens.user.id, fixture.a.appKey])
      expect(["CHALLENGE_ENDED", "BAD_USER_INPUT"]).toContain(await complete(text, person));
    expect(await complete(await beginLogIn(fixture.a.client, person.email), person)).toBe("LoggedIn");
  });

  it("complete log in - a replaced challenge, and a consumed one - has ended", async () => {
    const person = await createVictim(fixture);
    const [first, second] = [await beginLogIn(fixture.a.client, person.email), await beginLogIn(fixture.a.client, person.email)];
    expect(await complete(first, person)).toBe("CHALLENGE_ENDED");
    expect(await complete(second, person)).toBe("LoggedIn");
    expect(await complete(second, person)).toBe("CHALLENGE_ENDED");
    expect(await attemptCompletion(fixture.a.client, second, { recoveryCode: person.recoveryCodes[0] ?? "" })).toBe("CHALLENGE_ENDED");
  });

  it("complete reauthentication - challenge of a log-in, another session, another user, an ended session - is rejected", async () => {
    const [person, other] = [await createVictim(fixture), await createVictim(fixture)];
    const second = await requireFullLogIn(fixture.a.client, person);
    const elsewhere = { ...person, client: fixture.a.client.with({ token: second.sessionToken }) };
    fixture.gateway.clock.move({ minutes: 6 });
    const ofLogIn = await beginLogIn(fixture.a.client, person.email);
    expect(await completeStepUp(person.client, ofLogIn, person.authenticator.nextCode())).toBe("CHALLENGE_ENDED");
    const ofOther = await stepUp(other);
    expect(await completeStepUp(person.client, ofOther, other.authenticator.nextCode())).toBe("CHALLENGE_ENDED");
    const ofSession = await stepUp(elsewhere);
    expect(await completeStepUp(person.client, ofSession, person.authenticator.nextCode())).toBe("CHALLENGE_ENDED");
    expect(await complete(ofSession, person)).toBe("CHALLENGE_ENDED");
    expect(outcomeOf(await person.client.run(DisableSecondFactorDocument, {}))).toBe("REAUTHENTICATION_REQUIRED");
    await elsewhere.client.expect(LogOutDocument, {});
    expect(await completeStepUp(elsewhere.client, ofSession, person.authenticator.nextCode())).toBe("UNAUTHENTICATED");
    expect(await completeStepUp(fixture.a.client, ofSession, person.authenticator.nextCode())).toBe("UNAUTHENTICATED");
    await reauthenticateFully(person.client, person.authenticator);
  });
});

describe("changes during a challenge", () => {
  const newPassword = "quite another password";

  const changes: Record<string, (person: PersonWithTotp) => Promise<unknown>> = {
    "the password was changed": ({ client, password }) =>
      client.expect(ChangePasswordDocument, { input: { currentPassword: password, newPassword: fixture.registerSecret(newPassword) } }),
    "the account was deleted": ({ client }) => client.expect(DeleteAccountDocument, {}),
    "the user was suspended": ({ tokens }) => fixture.gateway.query("UPDATE users SET status = 'SUSPENDED' WHERE id = ?", [tokens.user.id]),
  };
  it.each(Object.keys(changes))("complete log in - %s meanwhile - has ended, and no session opens", async (change) => {
    const person = await createVictim(fixture);
    const challengeToken = await beginLogIn(fixture.a.client, person.email);
    await changes[change]?.(person);
    const sessions = await countSessions(fixture, person);
    expect(await complete(challengeToken, person)).toBe("CHALLENGE_ENDED");
    expect(await attemptCompletion(fixture.a.client, challengeToken, { recoveryCode: person.recoveryCodes[0] ?? "" })).toBe(
      "CHALLENGE_ENDED",
    );
    expect(await countSessions(fixture, person)).toBe(sessions);
  });

  it("CL-21 reset - with a factor enrolled - opens no session, ends the challenge, and log-in still requires the factor", async () => {
    const person = await createVictim(fixture);
    expect((await fixture.gateway.mails.next(person.email)).subject).toContain("second factor");
    const factors = () => fixture.gateway.query("SELECT * FROM second_factors WHERE user_id = ?", [person.tokens.user.id]);
    const before = await factors();
    const challengeToken = await beginLogIn(fixture.a.client, person.email);
    const { data } = await attempt.forgot(fixture.a.client, person.email);
    const ticket = data?.forgotPassword.__typename === "PasswordResetRequested" ? data.forgotPassword.ticket : null;
    const code = await fixture.gateway.mails.nextCode(person.email);
    const answer = await attempt.reset(fixture.a.client, person.email, code, fixture.registerSecret(newPassword), ticket);
    expect([outcomeOf(answer), answer.text]).toEqual(["PasswordReset", expect.not.stringMatching(/lk_ses_|lk_ref_|eyJ/)]);
    expect(await countSessions(fixture, person)).toBe(0);
    expect(await complete(challengeToken, person)).toBe("CHALLENGE_ENDED");
    expect(await factors()).toEqual(before);
    expect(await complete(await beginLogIn(fixture.a.client, person.email, newPassword), person)).toBe("LoggedIn");
  });

  it("complete log in - address changed meanwhile - has ended like the other sessions; the new address logs in", async () => {
    const person = await createVictim(fixture);
    const next = uniqueEmail("next-");
    const { changeHandle } = await person.client.expect(ChangeHandleDocument, { input: { handle: { email: next } } });
    expect(changeHandle.__typename).toBe("CodeSent");
    const challengeToken = await beginLogIn(fixture.a.client, person.email);
    await person.client.expect(ConfirmHandleDocument, { input: { code: await fixture.gateway.mails.nextCode(next) } });
    expect(await complete(challengeToken, person)).toBe("CHALLENGE_ENDED");
    expect(outcomeOf(await attempt.logIn(fixture.a.client, person.email, person.password))).toBe("INVALID_CREDENTIALS");
    expect(await complete(await beginLogIn(fixture.a.client, next), person)).toBe("LoggedIn");
  });

  it("complete log in - factor disabled, or replaced, meanwhile - the old codes are rejected; the new factor works", async () => {
    const person = await createVictim(fixture);
    const challengeToken = await beginLogIn(fixture.a.client, person.email);
    await person.client.expect(DisableSecondFactorDocument, {});
    expect(await complete(challengeToken, person)).toBe("INVALID_CODE");
    expect(await attemptCompletion(fixture.a.client, challengeToken, { recoveryCode: person.recoveryCodes[0] ?? "" })).toBe("INVALID_CODE");
    await requireLogIn(fixture.a.client, person.email);
    const next = await enrollTotp(fixture.gateway, person.client);
    expect(await confirmTotp(person.client, next.nextCode())).toMatchObject({ __typename: "SecondFactorEnabled" });
    expect(await complete(challengeToken, person)).toBe("INVALID_CODE");
    expect(await complete(challengeToken, { ...person, authenticator: next })).toBe("LoggedIn");
  });
});
