import { decode } from "jsonwebtoken";
import { beforeAll, describe, expect, it } from "vitest";
import type { Client } from "../support/client.js";
import type { TestApplication } from "../support/gateway.js";
import {
  ChangeHandleDocument,
  ConfirmHandleDocument,
  DeleteAccountDocument,
  DisableSecondFactorDocument,
  EnrollTotpDocument,
  IssueJwtDocument,
  LogInDocument,
  MeDocument,
  ReauthenticateDocument,
} from "../support/generated/authentication.js";
import { attempt, outcomeOf } from "../support/hostile-fixture.js";
import { beginSignUp, PASSWORD, requireLogIn, signUpPerson, uniqueEmail } from "../support/people.js";
import { probesOf, send } from "../support/probe.js";
import {
  beginLogIn,
  completeLogIn,
  confirmTotp,
  enrollAndConfirmTotp,
  enrollTotp,
  type PersonWithTotp,
  reauthenticateFully,
  requireFullLogIn,
} from "../support/second-factor.js";
import { attemptCompletion, countSessions, createVictim, hostileFixtureWithTotp } from "../support/second-factor-fixture.js";

const fixture = hostileFixtureWithTotp();
/** Requires a second factor. */
let strict: TestApplication;
beforeAll(async () => {
  strict = await fixture.gateway.createApplication("Strict", "secondFactor.mode=TOTP", "secondFactor.required=true");
});

const claimsOf = (jwt: string) => decode(jwt) as Record<string, unknown>;
const disable = async (client: Client) => outcomeOf(await client.run(DisableSecondFactorDocument, {}));
const outcomeOfMe = async (client: Client) => outcomeOf(await client.run(MeDocument, {}));
const beginReauthentication = async ({ client, password }: Pick<PersonWithTotp, "client" | "password">) =>
  outcomeOf(await client.run(ReauthenticateDocument, { input: { password } }));

/** A new account in the strict application that still has to enroll. */
async function beginRequiredEnrollment(email = uniqueEmail("strict-")): Promise<{ email: string; token: string; client: Client }> {
  const ticket = await beginSignUp(strict.client, email);
  const { data, text } = await attempt.complete(strict.client, email, await fixture.gateway.mails.nextCode(email), ticket);
  if (data?.completeSignUp.__typename !== "SecondFactorEnrollmentRequired") throw new Error(text);
  const token = data.completeSignUp.enrollmentToken;
  return { email, token, client: strict.client.with({ token }) };
}

describe("step-up", () => {
  it("MF-16 disable - session alone, password alone, code alone, then both - only both disable it; the user is notified, other sessions end", async () => {
    const person = await createVictim(fixture);
    const other = await requireFullLogIn(fixture.a.client, person);
    fixture.gateway.clock.move({ minutes: 6 });
    expect(await disable(person.client)).toBe("REAUTHENTICATION_REQUIRED");
    expect(await beginReauthentication(person)).toBe("SecondFactorRequired");
    expect(await disable(person.client)).toBe("REAUTHENTICATION_REQUIRED");
    fixture.gateway.clock.move({ minutes: 6 });
    const made = `lk_chl_${"A".repeat(43)}`;
    expect(await attemptCompletion(person.client, made, { code: person.authenticator.nextCode() })).toBe("CHALLENGE_ENDED");
    expect(await disable(person.client)).toBe("REAUTHENTICATION_REQUIRED");
    // A fresh log-in in another session is no proof in this one.
    const fresh = await requireFullLogIn(fixture.a.client, person);
    expect(await disable(person.client)).toBe("REAUTHENTICATION_REQUIRED");
    await reauthenticateFully(person.client, person.authenticator);
    expect(await disable(person.client)).toBe("SecondFactorDisabled");
    for (const { sessionToken } of [other, fresh])
      expect(await outcomeOfMe(fixture.a.client.with({ token: sessionToken }))).toBe("UNAUTHENTICATED");
    await expect
      .poll(() => fixture.gateway.mails.received.filter(({ to, subject }) => to === person.email && subject.includes("is off")).length)
      .toBe(1);
    expect(await disable(person.client)).toBe("SecondFactorDisabled");
  });

  it("every guarded operation - reauthentication older than five minutes - is rejected; a wrong password and a wrong code do not renew it", async () => {
    const person = await createVictim(fixture);
    fixture.gateway.clock.move({ minutes: 5, seconds: 1 });
    const guarded = async () => [
      await disable(person.client),
      outcomeOf(await person.client.run(DeleteAccountDocument, {})),
      outcomeOf(await person.client.run(EnrollTotpDocument, {})),
      outcomeOf(await person.client.run(ChangeHandleDocument, { input: { handle: { email: uniqueEmail() } } })),
    ];
    const refused = Array.from({ length: 4 }, () => "REAUTHENTICATION_REQUIRED");
    expect(await guarded()).toEqual(refused);
    const wrong = await person.client.run(ReauthenticateDocument, { input: { password: "not the password" } });
    expect(outcomeOf(wrong)).toBe("INVALID_CREDENTIALS");
    await fixture.gateway.query("UPDATE sessions SET amr = 'pwd' WHERE user_id = ?", [person.tokens.user.id]);
    expect(await guarded()).toEqual(refused);
  });

  it("disable - session recently authenticated by password only - is rejected while a factor is enrolled", async () => {
    const person = await fixture.signUpPerson();
    const authenticator = await enrollTotp(fixture.gateway, person.client);
    await confirmTotp(person.client, authenticator.code());
    // As if the session had been opened by the password a moment ago, and the factor were another's.
    await fixture.gateway.query("UPDATE sessions SET amr = 'pwd' WHERE user_id = ?", [person.tokens.user.id]);
    expect(await disable(person.client)).toBe("REAUTHENTICATION_REQUIRED");
    await reauthenticateFully(person.client, authenticator);
    expect(await disable(person.client)).toBe("SecondFactorDisabled");
  });
});

describe("sessions opened before enrollment", () => {
  it("MF-32 refresh - session opened by password before another session enrolled the factor - has ended; its tokens are rejected", async () => {
    const first = await fixture.signUpPerson();
    const second = await requireLogIn(fixture.a.client, first.email);
    const client = fixture.a.client.with({ token: second.sessionToken });
    await enrollAndConfirmTotp(fixture.gateway, { ...first, client, tokens: second });
    expect(outcomeOf(await attempt.refresh(fixture.a.client, first.tokens.refreshToken))).toBe("SESSION_ENDED");
    expect(await outcomeOfMe(first.client)).toBe("UNAUTHENTICATED");
    expect(await disable(first.client)).toBe("UNAUTHENTICATED");
    expect(outcomeOf(await first.client.run(IssueJwtDocument, { input: {} }))).toBe("UNAUTHENTICATED");
  });

  it("refresh and issueJwt - many times, hours later - never raise amr or auth_time", async () => {
    const person = await fixture.signUpPerson();
    let { refreshToken } = person.tokens;
    const first = claimsOf(person.tokens.jwt);
    for (let times = 0; times < 4; times++) {
      fixture.gateway.clock.move({ hours: 1 });
      const { data, text } = await attempt.refresh(fixture.a.client, refreshToken);
      if (data?.refreshSession.__typename !== "LoggedIn") throw new Error(text);
      refreshToken = data.refreshSession.refreshToken;
      const client = fixture.a.client.with({ token: data.refreshSession.sessionToken });
      const { issueJwt } = await client.expect(IssueJwtDocument, { input: {} });
      for (const jwt of [data.refreshSession.jwt, issueJwt.jwt])
        expect(claimsOf(jwt)).toMatchObject({ amr: ["pwd"], auth_time: first["auth_time"] });
    }
  });

  it("application that starts to require a factor - refresh of a session without one - continues with amr pwd, and the next log-in must enroll", async () => {
    const own = await fixture.gateway.createApplication("Later strict", "secondFactor.mode=TOTP");
    const person = await signUpPerson(fixture.gateway, own);
    await fixture.gateway.configure(own.id, "secondFactor.required=true");
    const { data } = await attempt.refresh(own.client, person.tokens.refreshToken);
    if (data?.refreshSession.__typename !== "LoggedIn") throw new Error("refused");
    expect(claimsOf(data.refreshSession.jwt)).toMatchObject({ amr: ["pwd"] });
    expect(outcomeOf(await attempt.logIn(own.client, person.email, PASSWORD))).toBe("SecondFactorEnrollmentRequired");
  });
});

describe("required enrollment", () => {
  it("MF-31 sign up - every attempt to opt out of a factor - is rejected, and the account must enroll anyway", async () => {
    const names = ["twoFactor", "secondFactor", "secondFactorEnabled", "mfa", "amr", "required", "methods"];
    for (const name of names) {
      const email = uniqueEmail();
      const given = `handle: { email: "${email}" }, password: "${PASSWORD}"`;
      const inDocument = await strict.client.post({ query: `mutation { signUp(input: { ${given}, ${name}: false }) { __typename } }` });
      expect([name, outcomeOf(inDocument)]).toEqual([name, "DOCUMENT_REFUSED"]);
      expect([name, outcomeOf(await attempt.signUp(strict.client, email, PASSWORD, { [name]: false }))]).toEqual([name, "BAD_USER_INPUT"]);
      const asMetadata = await attempt.signUp(strict.client, email, PASSWORD, { metadata: { [name]: false } });
      expect([name, outcomeOf(asMetadata)]).toEqual([name, "METADATA_REFUSED"]);
    }
    await beginRequiredEnrollment();
  });

  it("MF-31 enrollment token - at every operation that does not enroll, as refresh token and as challenge - is rejected", async () => {
    const { email, token, client } = await beginRequiredEnrollment();
    const enrollment = ["enrollTotp", "confirmTotp", "setPhone", "verifyPhone", "enrollSms"];
    const probes = probesOf("authentication");
    const unauthenticated = await Promise.all(probes.map((probe) => send(strict.client, probe).then(outcomeOf)));
    const guarded = probes.filter(({ name }, index) => unauthenticated[index] === "UNAUTHENTICATED" && !enrollment.includes(name));
    expect(guarded.length).toBeGreaterThan(14);
    await fixture.expectUnchanged(async () => {
      for (const probe of guarded) expect([probe.name, outcomeOf(await send(client, probe))]).toEqual([probe.name, "UNAUTHENTICATED"]);
      for (const probe of probesOf("management"))
        expect([probe.name, outcomeOf(await send(fixture.gateway.management(token), probe))]).toEqual([probe.name, "UNAUTHENTICATED"]);
      expect(outcomeOf(await attempt.refresh(strict.client, token))).toBe("SESSION_ENDED");
      expect(await attemptCompletion(strict.client, token, { code: "123456" })).toBe("CHALLENGE_ENDED");
      for (const { client: elsewhere } of [fixture.a, fixture.b])
        expect(outcomeOf(await elsewhere.with({ token }).run(EnrollTotpDocument, {}))).toBe("UNAUTHENTICATED");
    });
    const authenticator = await enrollTotp(fixture.gateway, client);
    expect(await confirmTotp(client, authenticator.code())).toMatchObject({ loggedIn: { user: { email } } });
    expect(outcomeOf(await client.run(EnrollTotpDocument, {}))).toBe("UNAUTHENTICATED");
  });

  it("enrollment token - address changed, factor enrolled or account deleted meanwhile - is rejected", async () => {
    const { email, token } = await beginRequiredEnrollment();
    await fixture.gateway.configure(strict.id, "secondFactor.required=false");
    const owner = await requireLogIn(strict.client, email);
    await fixture.gateway.configure(strict.id, "secondFactor.required=true");
    const ownClient = strict.client.with({ token: owner.sessionToken });
    const tryEnroll = async (bearer: string) => outcomeOf(await strict.client.with({ token: bearer }).run(EnrollTotpDocument, {}));
    const again = async (address: string) => {
      const { data, text } = await attempt.logIn(strict.client, address, PASSWORD);
      if (data?.logIn.__typename !== "SecondFactorEnrollmentRequired") throw new Error(text);
      return data.logIn.enrollmentToken;
    };
    expect(await tryEnroll(token)).toBe("TotpEnrollment");
    const moved = uniqueEmail("moved-");
    await ownClient.expect(ChangeHandleDocument, { input: { handle: { email: moved } } });
    await ownClient.expect(ConfirmHandleDocument, { input: { code: await fixture.gateway.mails.nextCode(moved) } });
    expect(await tryEnroll(token)).toBe("UNAUTHENTICATED");
    const second = await again(moved);
    const authenticator = await enrollTotp(fixture.gateway, ownClient);
    expect(await tryEnroll(second)).toBe("TotpEnrollment");
    const own = await enrollTotp(fixture.gateway, ownClient);
    expect(await confirmTotp(ownClient, authenticator.code())).toMatchObject({ __typename: "InvalidCode" });
    expect(await confirmTotp(ownClient, own.code())).toMatchObject({ __typename: "SecondFactorEnabled" });
    expect(await tryEnroll(second)).toBe("UNAUTHENTICATED");
    expect(outcomeOf(await ownClient.run(DeleteAccountDocument, {}))).toBe("AccountDeleted");
    expect(await tryEnroll(second)).toBe("UNAUTHENTICATED");
  });
});

describe("attempts to bypass a factor", () => {
  it("MF-34 device token - of the user, of another user, from before enrollment, with one character changed - the factor is required", async () => {
    const [person, other] = [await createVictim(fixture), await createVictim(fixture)];
    const { deviceToken: full } = await requireFullLogIn(fixture.a.client, person);
    const token = full ?? "";
    const changed = token.slice(0, -1) + (token.endsWith("A") ? "B" : "A");
    const tokens = [token, person.tokens.deviceToken ?? "", other.tokens.deviceToken ?? "", changed, person.recoveryCodes[0] ?? ""];
    for (const victim of [person, other])
      for (const deviceToken of tokens) {
        const input = { handle: { email: victim.email }, password: victim.password, deviceToken };
        expect(outcomeOf(await fixture.a.client.run(LogInDocument, { input }))).toBe("SecondFactorRequired");
      }
    fixture.gateway.clock.move({ days: 91 });
    const input = { handle: { email: person.email }, password: person.password, deviceToken: token };
    expect(outcomeOf(await fixture.a.client.run(LogInDocument, { input }))).toBe("SecondFactorRequired");
  });

  it("settings - mode and requirement changed to every other value and back - an enrolled user is asked each time", async () => {
    const own = await fixture.gateway.createApplication("Fickle", "secondFactor.mode=TOTP", "secondFactor.required=true");
    await fixture.gateway.configure(own.id, "secondFactor.required=false");
    const person = await createVictim(fixture, own);
    const challengeToken = await beginLogIn(own.client, person.email);
    for (const mode of ["NONE", "TOTP"])
      for (const required of ["true", "false"]) {
        await fixture.gateway.configure(own.id, `secondFactor.mode=${mode}`, `secondFactor.required=${required}`);
        expect(outcomeOf(await attempt.logIn(own.client, person.email, PASSWORD))).toBe("SecondFactorRequired");
        expect(await attemptCompletion(own.client, challengeToken, { code: person.authenticator.code() })).toBe("CHALLENGE_ENDED");
      }
    await fixture.gateway.configure(own.id, "secondFactor.mode=NONE");
    fixture.gateway.clock.move({ minutes: 6 });
    expect(await disable(person.client)).toBe("REAUTHENTICATION_REQUIRED");
    await requireFullLogIn(own.client, person);
  });

  it("complete log in - factor set to pending in the database meanwhile - opens no session", async () => {
    const person = await createVictim(fixture);
    const challengeToken = await beginLogIn(fixture.a.client, person.email);
    await fixture.gateway.query("UPDATE second_factors SET state = 'PENDING' WHERE user_id = ?", [person.tokens.user.id]);
    const sessions = await countSessions(fixture, person);
    const answer = await completeLogIn(fixture.a.client, challengeToken, { code: person.authenticator.nextCode() });
    expect(answer).toMatchObject({ __typename: "InvalidCode" });
    expect(await countSessions(fixture, person)).toBe(sessions);
  });
});
