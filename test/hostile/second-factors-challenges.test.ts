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
import { attempt, outcomeOf } from "../support/hostile.js";
import { freshEmail, requireLogIn } from "../support/people.js";
import { probesOf, putting, send } from "../support/probe.js";
import {
  beginLogIn,
  confirmTotp,
  enrollTotp,
  type ProtectedPerson,
  reauthenticateFully,
  requireFullLogIn,
} from "../support/second-factor.js";
import { attemptCompletion, countSessions, hostileWithTotp, victimOf } from "../support/second-factor-stage.js";

const stage = hostileWithTotp();

/** The person's next code for this challenge. */
const complete = (challengeToken: string, { authenticator }: ProtectedPerson, client: Client = stage.a.client) =>
  attemptCompletion(client, challengeToken, { code: authenticator.nextCode() });
const stepUp = async ({ client, password }: ProtectedPerson): Promise<string> => {
  const { reauthenticate } = await client.expect(ReauthenticateDocument, { input: { password } });
  if (reauthenticate.__typename !== "SecondFactorRequired") throw new Error(reauthenticate.__typename);
  return reauthenticate.challengeToken;
};
const completeStepUp = async (client: Client, challengeToken: string, code: string) =>
  outcomeOf(await client.run(CompleteReauthenticationDocument, { input: { challengeToken, proof: { code } } }));

describe("a right password alone", () => {
  it("MF-03 log in - with a factor enrolled - a challenge and nothing else: no token, no session, no cookie", async () => {
    const person = await victimOf(stage);
    const before = await countSessions(stage, person);
    const answer = await attempt.logIn(stage.a.client, person.email, person.password);
    expect(Object.keys(answer.data?.logIn ?? {}).sort()).toEqual(["__typename", "challengeToken", "expiresAt", "maskedPhone", "methods"]);
    const whole = answer.text + JSON.stringify([...answer.headers]);
    expect(whole).not.toMatch(/lk_(?:ses|ref|dev|sec)_|eyJ/);
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(await countSessions(stage, person)).toBe(before);
    expect(await stage.gateway.dump()).not.toContain(
      answer.data?.logIn.__typename === "SecondFactorRequired" && answer.data.logIn.challengeToken,
    );
  });

  it("MF-04 every operation - the challenge as bearer - is refused as without one, changes nothing, and the challenge still works", async () => {
    const person = await victimOf(stage);
    const challengeToken = await beginLogIn(stage.a.client, person.email);
    const probes = probesOf("authentication");
    const strangers = await Promise.all(probes.map((probe) => send(stage.a.client, probe).then(outcomeOf)));
    const guarded = probes.filter((_, index) => strangers[index] === "UNAUTHENTICATED");
    expect(guarded.length).toBeGreaterThan(18);
    const client = stage.a.client.with({ token: challengeToken });
    await stage.unchanged(async () => {
      for (const probe of guarded) expect([probe.name, outcomeOf(await send(client, probe))]).toEqual([probe.name, "UNAUTHENTICATED"]);
      for (const probe of probesOf("management")) {
        const answer = await send(stage.gateway.management(challengeToken), probe);
        expect([probe.name, outcomeOf(answer)]).toEqual([probe.name, "UNAUTHENTICATED"]);
      }
    });
    expect(await complete(challengeToken, person)).toBe("LoggedIn");
  });

  it("MF-04 every argument that takes a text - the challenge in it - opens nothing but completeLogIn", async () => {
    const person = await victimOf(stage);
    const challengeToken = await beginLogIn(stage.a.client, person.email);
    for (const probe of probesOf("authentication"))
      for (const { path, type } of probe.places) {
        if (type !== "String") continue;
        const answer = await send(stage.a.client, probe, (variables) => putting(variables, path, challengeToken));
        expect([probe.name, path.join("."), answer.text]).toEqual([
          probe.name,
          path.join("."),
          expect.not.stringMatching(/lk_ses_|lk_ref_/),
        ]);
      }
    expect(await attempt.logIn(stage.a.client, person.email, "not the password", challengeToken).then(outcomeOf)).toBe(
      "INVALID_CREDENTIALS",
    );
    expect(await countSessions(stage, person)).toBe(1);
    expect(await complete(challengeToken, person)).toBe("LoggedIn");
  });

  it("EN-09 log in, forgot password, sign up - before the right password - tell nothing of a factor", async () => {
    const [plain, person, nobody] = [await stage.person(), await victimOf(stage), freshEmail()];
    const shapes = { logIn: new Set<string>(), forgot: new Set<string>(), signUp: new Set<string>() };
    const shapeOf = (text: string) => text.replace(/"(ticket|expiresAt|resendAvailableAt)":"[^"]+"/g, '"$1":"…"');
    for (const email of [plain.email, person.email, nobody]) {
      shapes.logIn.add(shapeOf((await attempt.logIn(stage.a.client, email, "not the password")).text));
      shapes.forgot.add(shapeOf((await attempt.forgot(stage.a.client, email)).text));
      shapes.signUp.add(shapeOf((await attempt.signUp(stage.a.client, email)).text));
    }
    expect(Object.values(shapes).map(({ size }) => size)).toEqual([1, 1, 1]);
  });
});

describe("what a challenge is bound to", () => {
  it("MF-10 complete log in - five wrong codes, then the right one - the challenge is void; after the wait a new log-in works", async () => {
    const person = await victimOf(stage);
    stage.gateway.clock.move({ minutes: 1 });
    const challengeToken = await beginLogIn(stage.a.client, person.email);
    const wrong = { code: person.authenticator.wrongCode() };
    for (let times = 0; times < 5; times++) expect(await attemptCompletion(stage.a.client, challengeToken, wrong)).toBe("INVALID_CODE");
    const right = { code: person.authenticator.code() };
    expect(await attemptCompletion(stage.a.client, challengeToken, right)).toBe("CHALLENGE_ENDED");
    const next = await beginLogIn(stage.a.client, person.email);
    expect(await attemptCompletion(stage.a.client, next, right)).toBe("TOO_MANY_ATTEMPTS");
    stage.gateway.clock.move({ seconds: 61 });
    expect(await complete(challengeToken, person)).toBe("CHALLENGE_ENDED");
    expect(await complete(next, person)).toBe("LoggedIn");
    expect(await countSessions(stage, person)).toBe(2);
  });

  it("MF-12 complete log in - a second before and a second after five minutes - works, and is over", async () => {
    const person = await victimOf(stage);
    const early = await beginLogIn(stage.a.client, person.email);
    stage.gateway.clock.move({ seconds: 298 - 30 });
    expect(await complete(early, person)).toBe("LoggedIn");
    const late = await beginLogIn(stage.a.client, person.email);
    stage.gateway.clock.move({ seconds: 301 - 30 });
    expect(await complete(late, person)).toBe("CHALLENGE_ENDED");
  });

  it("MF-13 complete log in - codes, recovery codes and challenges of others and of another application - open nothing", async () => {
    const [person, other] = [await victimOf(stage), await victimOf(stage)];
    expect((await stage.gateway.mails.next(person.email)).subject).toContain("second factor");
    const twin = await victimOf(stage, stage.b, person.email);
    stage.gateway.clock.move({ minutes: 1 });
    const [own, foreign, there] = await Promise.all([
      beginLogIn(stage.a.client, person.email),
      beginLogIn(stage.a.client, other.email),
      beginLogIn(stage.b.client, twin.email),
    ]);
    const proofs = (one: ProtectedPerson) => [{ code: one.authenticator.code() }, { recoveryCode: one.recoveryCodes[0] ?? "" }];
    const sessions = () => Promise.all([person, other, twin].map((one) => countSessions(stage, one)));
    const before = await sessions();
    for (const proof of proofs(other)) expect(await attemptCompletion(stage.a.client, own, proof)).toBe("INVALID_CODE");
    for (const proof of proofs(twin)) expect(await attemptCompletion(stage.a.client, own, proof)).toBe("INVALID_CODE");
    for (const proof of proofs(person)) expect(await attemptCompletion(stage.a.client, foreign, proof)).toBe("INVALID_CODE");
    for (const client of [stage.b.client, stage.a2.client])
      for (const proof of proofs(person)) expect(await attemptCompletion(client, own, proof)).toBe("CHALLENGE_ENDED");
    for (const proof of proofs(twin)) expect(await attemptCompletion(stage.a.client, there, proof)).toBe("CHALLENGE_ENDED");
    expect(await sessions()).toEqual(before);
    for (const [client, token, one] of [[stage.a.client, own, person] as const, [stage.a.client, foreign, other] as const])
      expect(await complete(token, one, client)).toBe("LoggedIn");
    expect(await complete(there, twin, stage.b.client)).toBe("LoggedIn");
  });

  it("complete log in - challenge mutilated, doubled, huge, without its prefix or of another kind - is over", async () => {
    const person = await victimOf(stage);
    const token = await beginLogIn(stage.a.client, person.email);
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
    for (const text of [...[0, 7, 20, 48].map(flip), ...cut, ...others, person.tokens.user.id, stage.a.appKey])
      expect(["CHALLENGE_ENDED", "BAD_USER_INPUT"]).toContain(await complete(text, person));
    expect(await complete(await beginLogIn(stage.a.client, person.email), person)).toBe("LoggedIn");
  });

  it("complete log in - the challenge before the newest, and one that was used - is over", async () => {
    const person = await victimOf(stage);
    const [first, second] = [await beginLogIn(stage.a.client, person.email), await beginLogIn(stage.a.client, person.email)];
    expect(await complete(first, person)).toBe("CHALLENGE_ENDED");
    expect(await complete(second, person)).toBe("LoggedIn");
    expect(await complete(second, person)).toBe("CHALLENGE_ENDED");
    expect(await attemptCompletion(stage.a.client, second, { recoveryCode: person.recoveryCodes[0] ?? "" })).toBe("CHALLENGE_ENDED");
  });

  it("complete reauthentication - challenge of a log-in, of another session, of another user, of an ended session - proves nothing", async () => {
    const [person, other] = [await victimOf(stage), await victimOf(stage)];
    const second = await requireFullLogIn(stage.a.client, person);
    const elsewhere = { ...person, client: stage.a.client.with({ token: second.sessionToken }) };
    stage.gateway.clock.move({ minutes: 6 });
    const ofLogIn = await beginLogIn(stage.a.client, person.email);
    expect(await completeStepUp(person.client, ofLogIn, person.authenticator.nextCode())).toBe("CHALLENGE_ENDED");
    const ofOther = await stepUp(other);
    expect(await completeStepUp(person.client, ofOther, other.authenticator.nextCode())).toBe("CHALLENGE_ENDED");
    const ofSession = await stepUp(elsewhere);
    expect(await completeStepUp(person.client, ofSession, person.authenticator.nextCode())).toBe("CHALLENGE_ENDED");
    expect(await complete(ofSession, person)).toBe("CHALLENGE_ENDED");
    expect(outcomeOf(await person.client.run(DisableSecondFactorDocument, {}))).toBe("REAUTHENTICATION_REQUIRED");
    await elsewhere.client.expect(LogOutDocument, {});
    expect(await completeStepUp(elsewhere.client, ofSession, person.authenticator.nextCode())).toBe("UNAUTHENTICATED");
    expect(await completeStepUp(stage.a.client, ofSession, person.authenticator.nextCode())).toBe("UNAUTHENTICATED");
    await reauthenticateFully(person.client, person.authenticator);
  });
});

describe("a challenge after", () => {
  const newPassword = "quite another password";

  const changes: Record<string, (person: ProtectedPerson) => Promise<unknown>> = {
    "the password was changed": ({ client, password }) =>
      client.expect(ChangePasswordDocument, { input: { currentPassword: password, newPassword: stage.secret(newPassword) } }),
    "the account was deleted": ({ client }) => client.expect(DeleteAccountDocument, {}),
    "the user was suspended": ({ tokens }) => stage.gateway.query("UPDATE users SET status = 'SUSPENDED' WHERE id = ?", [tokens.user.id]),
  };
  it.each(Object.keys(changes))("complete log in - %s meanwhile - is over, and no session opens", async (change) => {
    const person = await victimOf(stage);
    const challengeToken = await beginLogIn(stage.a.client, person.email);
    await changes[change]?.(person);
    const sessions = await countSessions(stage, person);
    expect(await complete(challengeToken, person)).toBe("CHALLENGE_ENDED");
    expect(await attemptCompletion(stage.a.client, challengeToken, { recoveryCode: person.recoveryCodes[0] ?? "" })).toBe(
      "CHALLENGE_ENDED",
    );
    expect(await countSessions(stage, person)).toBe(sessions);
  });

  it("CL-21 reset - with a factor enrolled - opens no session, ends the challenge, and log-in asks for the factor as before", async () => {
    const person = await victimOf(stage);
    expect((await stage.gateway.mails.next(person.email)).subject).toContain("second factor");
    const factors = () => stage.gateway.query("SELECT * FROM second_factors WHERE user_id = ?", [person.tokens.user.id]);
    const before = await factors();
    const challengeToken = await beginLogIn(stage.a.client, person.email);
    const { data } = await attempt.forgot(stage.a.client, person.email);
    const ticket = data?.forgotPassword.__typename === "PasswordResetRequested" ? data.forgotPassword.ticket : null;
    const code = await stage.gateway.mails.nextCode(person.email);
    const answer = await attempt.reset(stage.a.client, person.email, code, stage.secret(newPassword), ticket);
    expect([outcomeOf(answer), answer.text]).toEqual(["PasswordReset", expect.not.stringMatching(/lk_ses_|lk_ref_|eyJ/)]);
    expect(await countSessions(stage, person)).toBe(0);
    expect(await complete(challengeToken, person)).toBe("CHALLENGE_ENDED");
    expect(await factors()).toEqual(before);
    expect(await complete(await beginLogIn(stage.a.client, person.email, newPassword), person)).toBe("LoggedIn");
  });

  it("complete log in - address changed meanwhile - is over, like the other sessions; the new address logs in", async () => {
    const person = await victimOf(stage);
    const next = freshEmail("next-");
    const { changeHandle } = await person.client.expect(ChangeHandleDocument, { input: { handle: { email: next } } });
    expect(changeHandle.__typename).toBe("CodeSent");
    const challengeToken = await beginLogIn(stage.a.client, person.email);
    await person.client.expect(ConfirmHandleDocument, { input: { code: await stage.gateway.mails.nextCode(next) } });
    expect(await complete(challengeToken, person)).toBe("CHALLENGE_ENDED");
    expect(outcomeOf(await attempt.logIn(stage.a.client, person.email, person.password))).toBe("INVALID_CREDENTIALS");
    expect(await complete(await beginLogIn(stage.a.client, next), person)).toBe("LoggedIn");
  });

  it("complete log in - factor turned off, or replaced, meanwhile - the old codes open nothing; the new factor does", async () => {
    const person = await victimOf(stage);
    const challengeToken = await beginLogIn(stage.a.client, person.email);
    await person.client.expect(DisableSecondFactorDocument, {});
    expect(await complete(challengeToken, person)).toBe("INVALID_CODE");
    expect(await attemptCompletion(stage.a.client, challengeToken, { recoveryCode: person.recoveryCodes[0] ?? "" })).toBe("INVALID_CODE");
    await requireLogIn(stage.a.client, person.email);
    const next = await enrollTotp(stage.gateway, person.client);
    expect(await confirmTotp(person.client, next.nextCode())).toMatchObject({ __typename: "SecondFactorEnabled" });
    expect(await complete(challengeToken, person)).toBe("INVALID_CODE");
    expect(await complete(challengeToken, { ...person, authenticator: next })).toBe("LoggedIn");
  });
});
