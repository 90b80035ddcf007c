import { MoreThan } from "typeorm";
import { describe, expect, it } from "vitest";
import { RateLimitBucketEntity } from "../../src/domain/rate-limiting/index.js";
import { DisableSecondFactorDocument, MeDocument, RegenerateRecoveryCodesDocument } from "../support/generated/authentication.js";
import { attempt, outcomeOf } from "../support/hostile-fixture.js";
import { beginLogIn, completeLogIn, type PersonWithTotp, reauthenticateFully, requireFullLogIn } from "../support/second-factor.js";
import { attemptCompletion, countSessions, createVictim, hostileFixtureWithTotp } from "../support/second-factor-fixture.js";

const fixture = hostileFixtureWithTotp();

/** Logs in anew and gives this recovery code. */
const tryRecovery = async ({ email }: Pick<PersonWithTotp, "email">, recoveryCode: string) =>
  await attemptCompletion(fixture.a.client, await beginLogIn(fixture.a.client, email), { recoveryCode });
const tryCode = async ({ email }: Pick<PersonWithTotp, "email">, code: string, address?: string) =>
  await attemptCompletion(fixture.a.client.with({ address }), await beginLogIn(fixture.a.client, email), { code });
const countRecoveryCodes = async ({ client }: PersonWithTotp) => (await client.expect(MeDocument, {})).me?.recoveryCodesLeft;
const subjectsTo = (email: string) => fixture.gateway.mails.received.filter(({ to }) => to === email).map(({ subject }) => subject);
/** A code that was never given out. */
const inventedRecoveryCode = (index: number) => `ABCD-EFGH-IJKL-MNO${"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[index % 32]}`;

describe("recovery codes", () => {
  it("MF-20 complete log in - one code twice, another in eight requests at once - each opens one session; eight codes remain", async () => {
    const person = await createVictim(fixture);
    const [one = "", two = ""] = person.recoveryCodes;
    expect(await tryRecovery(person, one)).toBe("LoggedIn");
    expect(await tryRecovery(person, one)).toBe("INVALID_CODE");
    const challengeToken = await beginLogIn(fixture.a.client, person.email);
    const proof = { recoveryCode: two };
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => attemptCompletion(fixture.a.client, challengeToken, proof)));
    expect(outcomes.filter((outcome) => outcome === "LoggedIn")).toHaveLength(1);
    expect(await countRecoveryCodes(person)).toBe(8);
    expect(await countSessions(fixture, person)).toBe(3);
  });

  it("MF-22 regenerate - requires recent authentication with both factors - older codes become invalid, new ones work, and the user is notified", async () => {
    const person = await createVictim(fixture);
    fixture.gateway.clock.move({ minutes: 6 });
    expect(outcomeOf(await person.client.run(RegenerateRecoveryCodesDocument, {}))).toBe("REAUTHENTICATION_REQUIRED");
    await reauthenticateFully(person.client, person.authenticator);
    const { regenerateRecoveryCodes: made } = await person.client.expect(RegenerateRecoveryCodesDocument, {});
    if (made.__typename !== "RecoveryCodes") throw new Error(made.__typename);
    const codes = made.recoveryCodes.map((code) => fixture.registerSecret(code));
    expect(codes).toHaveLength(10);
    expect(codes.filter((code) => person.recoveryCodes.includes(code))).toEqual([]);
    for (const code of person.recoveryCodes) {
      expect(await tryRecovery(person, code)).toBe("INVALID_CODE");
      fixture.gateway.clock.move({ hours: 3 });
    }
    fixture.gateway.clock.move({ days: 1 });
    for (const code of codes) expect(await tryRecovery(person, code)).toBe("LoggedIn");
    expect(await tryRecovery(person, codes[0] ?? "")).toBe("INVALID_CODE");
    await expect.poll(() => subjectsTo(person.email).filter((subject) => /recovery codes/i.test(subject)).length).toBeGreaterThan(0);
  });

  it("MF-23 B-11 complete log in - a code in other formats - case, spaces, dashes and widths are ignored; partial and similar codes are rejected", async () => {
    const person = await createVictim(fixture);
    const bare = (index: number) => (person.recoveryCodes[index] ?? "").replaceAll("-", "");
    const writings = [
      bare(0).toLowerCase(),
      bare(1).match(/.{4}/g)?.join(" ") ?? "",
      ` ${[...bare(2)].join("-")} `,
      (person.recoveryCodes[3] ?? "").toLowerCase(),
    ];
    const wide = [...bare(5)].map((letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0)).join("");
    writings.push(wide, `${bare(6)}\n`, bare(7).replace(/(.{8})/, "$1\u00a0"), bare(8).replace(/(.{8})/, "$1\u2010"));
    for (const writing of writings) expect([writing, await tryRecovery(person, writing)]).toEqual([writing, "LoggedIn"]);
    const code = bare(4);
    const halves = [code.slice(0, 8), code.slice(8), `${code.slice(0, 8)}%`, `${code.slice(0, 8)}????????`, code.slice(0, 15), `${code}A`];
    const likes = [code.replace(/[A-Z]/, "0"), code.replace(/[A-Z]/, "1"), code.replace(/[A-Z]/, "8"), `${code}====`];
    const others = ["", "%", code.replace(/(.{8})/, "$1."), `'${code}'`, code.repeat(2), "-".repeat(16)];
    for (const writing of [...halves, ...likes, ...others]) {
      expect([writing, await tryRecovery(person, writing)]).toEqual([writing, "INVALID_CODE"]);
      await fixture.gateway.query("DELETE FROM throttle_buckets");
    }
    expect(await tryRecovery(person, code)).toBe("LoggedIn");
    expect(await countRecoveryCodes(person)).toBe(1);
  });

  it("complete log in - a recovery code as code, a code as recovery code, both or neither - are rejected", async () => {
    const person = await createVictim(fixture);
    const [recoveryCode = ""] = person.recoveryCodes;
    const code = person.authenticator.nextCode();
    expect(await tryCode(person, recoveryCode)).toBe("INVALID_CODE");
    expect(await tryRecovery(person, code)).toBe("INVALID_CODE");
    const challengeToken = await beginLogIn(fixture.a.client, person.email);
    for (const proof of [{ code, recoveryCode }, {}, { code: null }, { recoveryCode: null }, { code, recoveryCode: null }, null, [], code])
      expect(await attemptCompletion(fixture.a.client, challengeToken, proof as never)).toBe("BAD_USER_INPUT");
    expect(await countSessions(fixture, person)).toBe(1);
    expect(await attemptCompletion(fixture.a.client, challengeToken, { code })).toBe("LoggedIn");
  });

  it("MF-37 complete log in - by a recovery code - opens a session, consumes the code, sends a notice, and keeps the factor", async () => {
    const person = await createVictim(fixture);
    const challengeToken = await beginLogIn(fixture.a.client, person.email);
    const answer = await completeLogIn(fixture.a.client, challengeToken, { recoveryCode: person.recoveryCodes[0] ?? "" });
    if (answer.__typename !== "LoggedIn") throw new Error(answer.__typename);
    const { me } = await fixture.a.client.with({ token: answer.sessionToken }).expect(MeDocument, {});
    expect(me).toMatchObject({ email: person.email, recoveryCodesLeft: 9, secondFactors: [{ method: "TOTP" }] });
    await expect.poll(() => subjectsTo(person.email).filter((subject) => /recovery code/i.test(subject)).length).toBe(1);
    const events = await fixture.gateway.query("SELECT id FROM audit_events WHERE actor = ? AND event = 'RECOVERY_CODE_USED'", [
      person.tokens.user.id,
    ]);
    expect(events).toHaveLength(1);
    await requireFullLogIn(fixture.a.client, person);
  });
});

describe("limits on wrong codes", () => {
  it("complete log in - five wrong codes over five challenges and networks - limits codes, not recovery codes; the user is notified", async () => {
    const person = await createVictim(fixture);
    const guess = () => tryCode(person, person.authenticator.wrongCode());
    for (let times = 0; times < 5; times++) expect(await guess()).toBe("INVALID_CODE");
    expect(await guess()).toBe("TOO_MANY_ATTEMPTS");
    expect(await tryCode(person, person.authenticator.nextCode())).toBe("TOO_MANY_ATTEMPTS");
    await expect.poll(() => subjectsTo(person.email).filter((subject) => /knows your password/.test(subject)).length).toBe(1);
    // The way back, which also ends the wait.
    expect(await tryRecovery(person, person.recoveryCodes[0] ?? "")).toBe("LoggedIn");
    await requireFullLogIn(fixture.a.client, person);
  });

  it("complete log in - right passwords between wrong codes - do not reset the limit", async () => {
    const person = await createVictim(fixture);
    let looked = 0;
    for (let times = 0; times < 12; times++) {
      expect(outcomeOf(await attempt.logIn(fixture.a.client, person.email, person.password))).toBe("SecondFactorRequired");
      if ((await tryCode(person, person.authenticator.wrongCode())) === "INVALID_CODE") looked++;
    }
    expect(looked).toBe(5);
  });

  it("complete log in - wrong recovery codes - five an hour and ten a day, across challenges; other codes are still accepted", async () => {
    const person = await createVictim(fixture);
    const outcomes: string[] = [];
    for (let times = 0; times < 7; times++) outcomes.push(await tryRecovery(person, inventedRecoveryCode(times)));
    fixture.gateway.clock.move({ hours: 1, seconds: 1 });
    for (let times = 0; times < 7; times++) outcomes.push(await tryRecovery(person, inventedRecoveryCode(times)));
    fixture.gateway.clock.move({ hours: 1, seconds: 1 });
    outcomes.push(await tryRecovery(person, inventedRecoveryCode(0)));
    const five = Array.from({ length: 5 }, () => "INVALID_CODE");
    const two = ["TOO_MANY_ATTEMPTS", "TOO_MANY_ATTEMPTS"];
    expect(outcomes).toEqual([...five, ...two, ...five, ...two, "TOO_MANY_ATTEMPTS"]);
    await requireFullLogIn(fixture.a.client, person);
    fixture.gateway.clock.move({ days: 1 });
    expect(await tryRecovery(person, person.recoveryCodes[0] ?? "")).toBe("LoggedIn");
  });

  it("complete log in - wrong codes, right passwords in between - each wait is twice as long; a recovery code ends it", async () => {
    const person = await createVictim(fixture);
    const waits: number[] = [];
    const guess = async () => {
      const challengeToken = await beginLogIn(fixture.a.client, person.email);
      return await completeLogIn(fixture.a.client, challengeToken, { code: person.authenticator.wrongCode() });
    };
    for (let times = 0; times < 4; times++) expect((await guess()).__typename).toBe("InvalidCode");
    for (let round = 0; round < 3; round++) {
      expect((await guess()).__typename).toBe("InvalidCode");
      const refused = await guess();
      if (refused.__typename !== "TooManyAttempts") throw new Error(refused.__typename);
      waits.push(Math.ceil(refused.retryAfterSeconds / 60) * 60);
      if (round < 2) fixture.gateway.clock.move({ seconds: refused.retryAfterSeconds + 1 });
    }
    expect(waits).toEqual([60, 120, 240]);
    expect(await tryRecovery(person, person.recoveryCodes[0] ?? "")).toBe("LoggedIn");
    await requireFullLogIn(fixture.a.client, person);
  });

  it("TH-23 complete log in - one hundred wrong codes over weeks - codes are blocked until a recovery code is used", async () => {
    const person = await createVictim(fixture);
    for (let times = 0; times < 5; times++) expect(await tryCode(person, person.authenticator.wrongCode())).toBe("INVALID_CODE");
    fixture.gateway.clock.move({ seconds: 61 });
    expect(await tryCode(person, person.authenticator.wrongCode())).toBe("INVALID_CODE");
    // As if 93 more had been tried in the weeks before: the count for the suspension is the only one that lasts for years.
    const nextYear = new Date(fixture.gateway.clock.now().getTime() + 365 * 86_400_000);
    const isSuspension = { applicationId: fixture.a.id, windowEndsAt: MoreThan(nextYear), count: 6 };
    const { affected } = await fixture.gateway.services.database.transaction(({ manager }) =>
      manager.update(RateLimitBucketEntity, isSuspension, { count: 99 }),
    );
    expect(affected).toBe(1);
    const countNotices = () => subjectsTo(person.email).filter((subject) => /knows your password/.test(subject)).length;
    await expect.poll(countNotices, { timeout: 10_000 }).toBe(1);
    fixture.gateway.clock.move({ days: 14 });
    expect(await tryCode(person, person.authenticator.wrongCode())).toBe("INVALID_CODE");
    // One notice on each of the two days with wrong codes.
    await expect.poll(countNotices, { timeout: 10_000 }).toBe(2);
    fixture.gateway.clock.move({ days: 60 });
    expect(await tryCode(person, person.authenticator.nextCode())).toBe("TOO_MANY_ATTEMPTS");
    fixture.gateway.clock.move({ days: 365 });
    expect(await tryCode(person, person.authenticator.nextCode())).toBe("TOO_MANY_ATTEMPTS");
    expect(await tryRecovery(person, inventedRecoveryCode(1))).toBe("INVALID_CODE");
    expect(await tryRecovery(person, person.recoveryCodes[0] ?? "")).toBe("LoggedIn");
    await requireFullLogIn(fixture.a.client, person);
  });

  it("unrecognised clients without the password - many invented challenges and wrong passwords - do not block the user's factors", async () => {
    const person = await createVictim(fixture);
    const [code, recoveryCode] = [person.authenticator.wrongCode(), inventedRecoveryCode(1)];
    for (let times = 0; times < 100; times++) {
      const made = `lk_chl_${String(times).padStart(43, "A")}`;
      const proofs = [{ code }, { recoveryCode }];
      const outcomes = await Promise.all(proofs.map((proof) => attemptCompletion(fixture.a.client, made, proof)));
      expect(outcomes).toEqual(["CHALLENGE_ENDED", "CHALLENGE_ENDED"]);
    }
    for (let times = 0; times < 15; times++) await attempt.logIn(fixture.a.client, person.email, `not the password ${times}`);
    await requireFullLogIn(fixture.a.client, person);
    expect(await tryRecovery(person, person.recoveryCodes[0] ?? "")).toBe("LoggedIn");
  });

  it("disable - after wrong codes had blocked log-in - the next factor starts without failed attempts", async () => {
    const person = await createVictim(fixture);
    for (let times = 0; times < 6; times++) await tryCode(person, person.authenticator.wrongCode());
    expect(outcomeOf(await person.client.run(DisableSecondFactorDocument, {}))).toBe("SecondFactorDisabled");
    expect(outcomeOf(await attempt.logIn(fixture.a.client, person.email, person.password))).toBe("LoggedIn");
    const rows = await fixture.gateway.query("SELECT user_id FROM recovery_codes WHERE user_id = ?", [person.tokens.user.id]);
    expect(rows).toEqual([]);
  });
});
