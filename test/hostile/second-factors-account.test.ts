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
import { attempt, outcomeOf } from "../support/hostile.js";
import { beginSignUp, freshEmail, PASSWORD, requireLogIn, signUpPerson } from "../support/people.js";
import { probesOf, send } from "../support/probe.js";
import {
  beginLogIn,
  completeLogIn,
  confirmTotp,
  enrollTotp,
  type ProtectedPerson,
  protect,
  reauthenticateFully,
  requireFullLogIn,
} from "../support/second-factor.js";
import { attemptCompletion, countSessions, hostileWithTotp, victimOf } from "../support/second-factor-stage.js";

const stage = hostileWithTotp();
/** Insists on a second factor. */
let strict: TestApplication;
beforeAll(async () => {
  strict = await stage.gateway.createApplication("Strict", "secondFactor.mode=TOTP", "secondFactor.required=true");
});

const claimsOf = (jwt: string) => decode(jwt) as Record<string, unknown>;
const disable = async (client: Client) => outcomeOf(await client.run(DisableSecondFactorDocument, {}));
const outcomeOfMe = async (client: Client) => outcomeOf(await client.run(MeDocument, {}));
const begunReauthentication = async ({ client, password }: Pick<ProtectedPerson, "client" | "password">) =>
  outcomeOf(await client.run(ReauthenticateDocument, { input: { password } }));

/** A new account in the strict application that still has to enroll. */
async function enrolling(email = freshEmail("strict-")): Promise<{ email: string; token: string; client: Client }> {
  const ticket = await beginSignUp(strict.client, email);
  const { data, text } = await attempt.complete(strict.client, email, await stage.gateway.mails.nextCode(email), ticket);
  if (data?.completeSignUp.__typename !== "SecondFactorEnrollmentRequired") throw new Error(text);
  const token = data.completeSignUp.enrollmentToken;
  return { email, token, client: strict.client.with({ token }) };
}

describe("step-up", () => {
  it("MF-16 disable - session alone, password alone, code alone, then both - only both turn it off; told, other sessions end", async () => {
    const person = await victimOf(stage);
    const other = await requireFullLogIn(stage.a.client, person);
    stage.gateway.clock.move({ minutes: 6 });
    expect(await disable(person.client)).toBe("REAUTHENTICATION_REQUIRED");
    expect(await begunReauthentication(person)).toBe("SecondFactorRequired");
    expect(await disable(person.client)).toBe("REAUTHENTICATION_REQUIRED");
    stage.gateway.clock.move({ minutes: 6 });
    const made = `lk_chl_${"A".repeat(43)}`;
    expect(await attemptCompletion(person.client, made, { code: person.authenticator.nextCode() })).toBe("CHALLENGE_ENDED");
    expect(await disable(person.client)).toBe("REAUTHENTICATION_REQUIRED");
    // A fresh log-in in another session is no proof in this one.
    const fresh = await requireFullLogIn(stage.a.client, person);
    expect(await disable(person.client)).toBe("REAUTHENTICATION_REQUIRED");
    await reauthenticateFully(person.client, person.authenticator);
    expect(await disable(person.client)).toBe("SecondFactorDisabled");
    for (const { sessionToken } of [other, fresh])
      expect(await outcomeOfMe(stage.a.client.with({ token: sessionToken }))).toBe("UNAUTHENTICATED");
    await expect
      .poll(() => stage.gateway.mails.received.filter(({ to, subject }) => to === person.email && subject.includes("is off")).length)
      .toBe(1);
    expect(await disable(person.client)).toBe("SecondFactorDisabled");
  });

  it("every guarded operation - proof five minutes and a second old - is refused; a wrong password and a wrong code prove nothing", async () => {
    const person = await victimOf(stage);
    stage.gateway.clock.move({ minutes: 5, seconds: 1 });
    const guarded = async () => [
      await disable(person.client),
      outcomeOf(await person.client.run(DeleteAccountDocument, {})),
      outcomeOf(await person.client.run(EnrollTotpDocument, {})),
      outcomeOf(await person.client.run(ChangeHandleDocument, { input: { handle: { email: freshEmail() } } })),
    ];
    const refused = Array.from({ length: 4 }, () => "REAUTHENTICATION_REQUIRED");
    expect(await guarded()).toEqual(refused);
    const wrong = await person.client.run(ReauthenticateDocument, { input: { password: "not the password" } });
    expect(outcomeOf(wrong)).toBe("INVALID_CREDENTIALS");
    await stage.gateway.query("UPDATE sessions SET amr = 'pwd' WHERE user_id = ?", [person.tokens.user.id]);
    expect(await guarded()).toEqual(refused);
  });

  it("disable - in a session whose password alone is fresh, whatever it once proved - is refused while there is a factor", async () => {
    const person = await stage.person();
    const authenticator = await enrollTotp(stage.gateway, person.client);
    await confirmTotp(person.client, authenticator.code());
    // As if the session had been opened by the password a moment ago, and the factor were another's.
    await stage.gateway.query("UPDATE sessions SET amr = 'pwd' WHERE user_id = ?", [person.tokens.user.id]);
    expect(await disable(person.client)).toBe("REAUTHENTICATION_REQUIRED");
    await reauthenticateFully(person.client, authenticator);
    expect(await disable(person.client)).toBe("SecondFactorDisabled");
  });
});

describe("sessions opened before the factor", () => {
  it("MF-32 refresh - a session opened by password before another enrolled the factor - has ended; its tokens are dead", async () => {
    const first = await stage.person();
    const second = await requireLogIn(stage.a.client, first.email);
    const client = stage.a.client.with({ token: second.sessionToken });
    await protect(stage.gateway, { ...first, client, tokens: second });
    expect(outcomeOf(await attempt.refresh(stage.a.client, first.tokens.refreshToken))).toBe("SESSION_ENDED");
    expect(await outcomeOfMe(first.client)).toBe("UNAUTHENTICATED");
    expect(await disable(first.client)).toBe("UNAUTHENTICATED");
    expect(outcomeOf(await first.client.run(IssueJwtDocument, { input: {} }))).toBe("UNAUTHENTICATED");
  });

  it("refresh and issueJwt - many times, hours later - never raise amr or auth_time", async () => {
    const person = await stage.person();
    let { refreshToken } = person.tokens;
    const first = claimsOf(person.tokens.jwt);
    for (let times = 0; times < 4; times++) {
      stage.gateway.clock.move({ hours: 1 });
      const { data, text } = await attempt.refresh(stage.a.client, refreshToken);
      if (data?.refreshSession.__typename !== "LoggedIn") throw new Error(text);
      refreshToken = data.refreshSession.refreshToken;
      const client = stage.a.client.with({ token: data.refreshSession.sessionToken });
      const { issueJwt } = await client.expect(IssueJwtDocument, { input: {} });
      for (const jwt of [data.refreshSession.jwt, issueJwt.jwt])
        expect(claimsOf(jwt)).toMatchObject({ amr: ["pwd"], auth_time: first["auth_time"] });
    }
  });

  it("application that begins to insist - refresh of a session without a factor - goes on as pwd, and the next log-in must enroll", async () => {
    const own = await stage.gateway.createApplication("Later strict", "secondFactor.mode=TOTP");
    const person = await signUpPerson(stage.gateway, own);
    await stage.gateway.configure(own.id, "secondFactor.required=true");
    const { data } = await attempt.refresh(own.client, person.tokens.refreshToken);
    if (data?.refreshSession.__typename !== "LoggedIn") throw new Error("refused");
    expect(claimsOf(data.refreshSession.jwt)).toMatchObject({ amr: ["pwd"] });
    expect(outcomeOf(await attempt.logIn(own.client, person.email, PASSWORD))).toBe("SecondFactorEnrollmentRequired");
  });
});

describe("enforced enrollment", () => {
  it("MF-31 sign up - every way to say that no factor is wanted - is refused, and the account must enroll all the same", async () => {
    const names = ["twoFactor", "secondFactor", "secondFactorEnabled", "mfa", "amr", "required", "methods"];
    for (const name of names) {
      const email = freshEmail();
      const given = `handle: { email: "${email}" }, password: "${PASSWORD}"`;
      const inDocument = await strict.client.post({ query: `mutation { signUp(input: { ${given}, ${name}: false }) { __typename } }` });
      expect([name, outcomeOf(inDocument)]).toEqual([name, "DOCUMENT_REFUSED"]);
      expect([name, outcomeOf(await attempt.signUp(strict.client, email, PASSWORD, { [name]: false }))]).toEqual([name, "BAD_USER_INPUT"]);
      const asMetadata = await attempt.signUp(strict.client, email, PASSWORD, { metadata: { [name]: false } });
      expect([name, outcomeOf(asMetadata)]).toEqual([name, "METADATA_REFUSED"]);
    }
    await enrolling();
  });

  it("MF-31 enrollment token - at every operation that does not enroll, as refresh token and as challenge - is worth nothing", async () => {
    const { email, token, client } = await enrolling();
    const enrollment = ["enrollTotp", "confirmTotp", "setPhone", "verifyPhone", "enrollSms"];
    const probes = probesOf("authentication");
    const strangers = await Promise.all(probes.map((probe) => send(strict.client, probe).then(outcomeOf)));
    const guarded = probes.filter(({ name }, index) => strangers[index] === "UNAUTHENTICATED" && !enrollment.includes(name));
    expect(guarded.length).toBeGreaterThan(14);
    await stage.unchanged(async () => {
      for (const probe of guarded) expect([probe.name, outcomeOf(await send(client, probe))]).toEqual([probe.name, "UNAUTHENTICATED"]);
      for (const probe of probesOf("management"))
        expect([probe.name, outcomeOf(await send(stage.gateway.management(token), probe))]).toEqual([probe.name, "UNAUTHENTICATED"]);
      expect(outcomeOf(await attempt.refresh(strict.client, token))).toBe("SESSION_ENDED");
      expect(await attemptCompletion(strict.client, token, { code: "123456" })).toBe("CHALLENGE_ENDED");
      for (const { client: elsewhere } of [stage.a, stage.b])
        expect(outcomeOf(await elsewhere.with({ token }).run(EnrollTotpDocument, {}))).toBe("UNAUTHENTICATED");
    });
    const authenticator = await enrollTotp(stage.gateway, client);
    expect(await confirmTotp(client, authenticator.code())).toMatchObject({ loggedIn: { user: { email } } });
    expect(outcomeOf(await client.run(EnrollTotpDocument, {}))).toBe("UNAUTHENTICATED");
  });

  it("enrollment token - address changed, factor enrolled or account deleted meanwhile - is dead", async () => {
    const { email, token } = await enrolling();
    await stage.gateway.configure(strict.id, "secondFactor.required=false");
    const owner = await requireLogIn(strict.client, email);
    await stage.gateway.configure(strict.id, "secondFactor.required=true");
    const ownClient = strict.client.with({ token: owner.sessionToken });
    const tryEnroll = async (bearer: string) => outcomeOf(await strict.client.with({ token: bearer }).run(EnrollTotpDocument, {}));
    const again = async (address: string) => {
      const { data, text } = await attempt.logIn(strict.client, address, PASSWORD);
      if (data?.logIn.__typename !== "SecondFactorEnrollmentRequired") throw new Error(text);
      return data.logIn.enrollmentToken;
    };
    expect(await tryEnroll(token)).toBe("TotpEnrollment");
    const moved = freshEmail("moved-");
    await ownClient.expect(ChangeHandleDocument, { input: { handle: { email: moved } } });
    await ownClient.expect(ConfirmHandleDocument, { input: { code: await stage.gateway.mails.nextCode(moved) } });
    expect(await tryEnroll(token)).toBe("UNAUTHENTICATED");
    const second = await again(moved);
    const authenticator = await enrollTotp(stage.gateway, ownClient);
    expect(await tryEnroll(second)).toBe("TotpEnrollment");
    const own = await enrollTotp(stage.gateway, ownClient);
    expect(await confirmTotp(ownClient, authenticator.code())).toMatchObject({ __typename: "InvalidCode" });
    expect(await confirmTotp(ownClient, own.code())).toMatchObject({ __typename: "SecondFactorEnabled" });
    expect(await tryEnroll(second)).toBe("UNAUTHENTICATED");
    expect(outcomeOf(await ownClient.run(DeleteAccountDocument, {}))).toBe("AccountDeleted");
    expect(await tryEnroll(second)).toBe("UNAUTHENTICATED");
  });
});

describe("what turns no factor off", () => {
  it("MF-34 device token - of the user, of another, from before the factor, with one character changed - the factor is asked for", async () => {
    const [person, other] = [await victimOf(stage), await victimOf(stage)];
    const { deviceToken: full } = await requireFullLogIn(stage.a.client, person);
    const token = full ?? "";
    const changed = token.slice(0, -1) + (token.endsWith("A") ? "B" : "A");
    const tokens = [token, person.tokens.deviceToken ?? "", other.tokens.deviceToken ?? "", changed, person.recoveryCodes[0] ?? ""];
    for (const victim of [person, other])
      for (const deviceToken of tokens) {
        const input = { handle: { email: victim.email }, password: victim.password, deviceToken };
        expect(outcomeOf(await stage.a.client.run(LogInDocument, { input }))).toBe("SecondFactorRequired");
      }
    stage.gateway.clock.move({ days: 91 });
    const input = { handle: { email: person.email }, password: person.password, deviceToken: token };
    expect(outcomeOf(await stage.a.client.run(LogInDocument, { input }))).toBe("SecondFactorRequired");
  });

  it("developer's change of mode and requirement - to every other setting and back - an enrolled user is asked each time", async () => {
    const own = await stage.gateway.createApplication("Fickle", "secondFactor.mode=TOTP", "secondFactor.required=true");
    await stage.gateway.configure(own.id, "secondFactor.required=false");
    const person = await victimOf(stage, own);
    const challengeToken = await beginLogIn(own.client, person.email);
    for (const mode of ["NONE", "TOTP"])
      for (const required of ["true", "false"]) {
        await stage.gateway.configure(own.id, `secondFactor.mode=${mode}`, `secondFactor.required=${required}`);
        expect(outcomeOf(await attempt.logIn(own.client, person.email, PASSWORD))).toBe("SecondFactorRequired");
        expect(await attemptCompletion(own.client, challengeToken, { code: person.authenticator.code() })).toBe("CHALLENGE_ENDED");
      }
    await stage.gateway.configure(own.id, "secondFactor.mode=NONE");
    stage.gateway.clock.move({ minutes: 6 });
    expect(await disable(person.client)).toBe("REAUTHENTICATION_REQUIRED");
    await requireFullLogIn(own.client, person);
  });

  it("completion - of a log-in begun before the factor was lost from the list by hand - opens no session", async () => {
    const person = await victimOf(stage);
    const challengeToken = await beginLogIn(stage.a.client, person.email);
    await stage.gateway.query("UPDATE second_factors SET state = 'PENDING' WHERE user_id = ?", [person.tokens.user.id]);
    const sessions = await countSessions(stage, person);
    const answer = await completeLogIn(stage.a.client, challengeToken, { code: person.authenticator.nextCode() });
    expect(answer).toMatchObject({ __typename: "InvalidCode" });
    expect(await countSessions(stage, person)).toBe(sessions);
  });
});
