import { describe, expect, it } from "vitest";
import { DisableSecondFactorDocument, MeDocument, RegenerateRecoveryCodesDocument } from "../support/generated/authentication.js";
import { attempt, outcomeOf } from "../support/hostile.js";
import { beginLogIn, completeLogIn, type ProtectedPerson, reauthenticateFully, requireFullLogIn } from "../support/second-factor.js";
import { attemptCompletion, countSessions, hostileWithTotp, victimOf } from "../support/second-factor-stage.js";

const stage = hostileWithTotp();

/** Logs in anew and gives this recovery code. */
const tryRecovery = async ({ email }: Pick<ProtectedPerson, "email">, recoveryCode: string) =>
  await attemptCompletion(stage.a.client, await beginLogIn(stage.a.client, email), { recoveryCode });
const tryCode = async ({ email }: Pick<ProtectedPerson, "email">, code: string, address?: string) =>
  await attemptCompletion(stage.a.client.with({ address }), await beginLogIn(stage.a.client, email), { code });
const left = async ({ client }: ProtectedPerson) => (await client.expect(MeDocument, {})).me?.recoveryCodesLeft;
const subjectsTo = (email: string) => stage.gateway.mails.received.filter(({ to }) => to === email).map(({ subject }) => subject);
/** A code that was never given out. */
const madeUp = (index: number) => `ABCD-EFGH-IJKL-MNO${"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[index % 32]}`;

describe("recovery codes", () => {
  it("MF-20 complete log in - one code twice, another in eight requests at once - each opens one session; eight are left", async () => {
    const person = await victimOf(stage);
    const [one = "", two = ""] = person.recoveryCodes;
    expect(await tryRecovery(person, one)).toBe("LoggedIn");
    expect(await tryRecovery(person, one)).toBe("INVALID_CODE");
    const challengeToken = await beginLogIn(stage.a.client, person.email);
    const proof = { recoveryCode: two };
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => attemptCompletion(stage.a.client, challengeToken, proof)));
    expect(outcomes.filter((outcome) => outcome === "LoggedIn")).toHaveLength(1);
    expect(await left(person)).toBe(8);
    expect(await countSessions(stage, person)).toBe(3);
  });

  it("MF-22 regenerate - needs both factors of late; then every older code is void, the new ones work, and the owner is told", async () => {
    const person = await victimOf(stage);
    stage.gateway.clock.move({ minutes: 6 });
    expect(outcomeOf(await person.client.run(RegenerateRecoveryCodesDocument, {}))).toBe("REAUTHENTICATION_REQUIRED");
    await reauthenticateFully(person.client, person.authenticator);
    const { regenerateRecoveryCodes: made } = await person.client.expect(RegenerateRecoveryCodesDocument, {});
    if (made.__typename !== "RecoveryCodes") throw new Error(made.__typename);
    const codes = made.recoveryCodes.map((code) => stage.secret(code));
    expect(codes).toHaveLength(10);
    expect(codes.filter((code) => person.recoveryCodes.includes(code))).toEqual([]);
    for (const code of person.recoveryCodes) {
      expect(await tryRecovery(person, code)).toBe("INVALID_CODE");
      stage.gateway.clock.move({ hours: 3 });
    }
    stage.gateway.clock.move({ days: 1 });
    for (const code of codes) expect(await tryRecovery(person, code)).toBe("LoggedIn");
    expect(await tryRecovery(person, codes[0] ?? "")).toBe("INVALID_CODE");
    await expect.poll(() => subjectsTo(person.email).filter((subject) => /recovery codes/i.test(subject)).length).toBeGreaterThan(0);
  });

  it("MF-23 complete log in - a code in other writings - small letters, spaces and dashes are the same; halves and look-alikes are not", async () => {
    const person = await victimOf(stage);
    const bare = (index: number) => (person.recoveryCodes[index] ?? "").replaceAll("-", "");
    const writings = [
      bare(0).toLowerCase(),
      bare(1).match(/.{4}/g)?.join(" ") ?? "",
      ` ${[...bare(2)].join("-")} `,
      (person.recoveryCodes[3] ?? "").toLowerCase(),
    ];
    for (const writing of writings) expect([writing, await tryRecovery(person, writing)]).toEqual([writing, "LoggedIn"]);
    const code = bare(4);
    const wide = [...code].map((letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0)).join("");
    const halves = [code.slice(0, 8), code.slice(8), `${code.slice(0, 8)}%`, `${code.slice(0, 8)}????????`, code.slice(0, 15), `${code}A`];
    const likes = [code.replace(/[A-Z]/, "0"), code.replace(/[A-Z]/, "1"), code.replace(/[A-Z]/, "8"), `${code}====`, `${code}\n`, wide];
    const others = [
      "",
      "%",
      code.replace(/(.{8})/, "$1\u00a0"),
      code.replace(/(.{8})/, "$1\u2010"),
      `'${code}'`,
      code.repeat(2),
      "-".repeat(16),
    ];
    for (const writing of [...halves, ...likes, ...others]) {
      expect([writing, await tryRecovery(person, writing)]).toEqual([writing, "INVALID_CODE"]);
      await stage.gateway.query("DELETE FROM throttle_buckets");
    }
    expect(await tryRecovery(person, code)).toBe("LoggedIn");
    expect(await left(person)).toBe(5);
  });

  it("complete log in - a recovery code as code, a code as recovery code, both or neither - open nothing", async () => {
    const person = await victimOf(stage);
    const [recoveryCode = ""] = person.recoveryCodes;
    const code = person.authenticator.nextCode();
    expect(await tryCode(person, recoveryCode)).toBe("INVALID_CODE");
    expect(await tryRecovery(person, code)).toBe("INVALID_CODE");
    const challengeToken = await beginLogIn(stage.a.client, person.email);
    for (const proof of [{ code, recoveryCode }, {}, { code: null }, { recoveryCode: null }, { code, recoveryCode: null }, null, [], code])
      expect(await attemptCompletion(stage.a.client, challengeToken, proof as never)).toBe("BAD_USER_INPUT");
    expect(await countSessions(stage, person)).toBe(1);
    expect(await attemptCompletion(stage.a.client, challengeToken, { code })).toBe("LoggedIn");
  });

  it("MF-37 complete log in - by a recovery code - a session, one code fewer, a notice, and the factor stays", async () => {
    const person = await victimOf(stage);
    const challengeToken = await beginLogIn(stage.a.client, person.email);
    const answer = await completeLogIn(stage.a.client, challengeToken, { recoveryCode: person.recoveryCodes[0] ?? "" });
    if (answer.__typename !== "LoggedIn") throw new Error(answer.__typename);
    const { me } = await stage.a.client.with({ token: answer.sessionToken }).expect(MeDocument, {});
    expect(me).toMatchObject({ email: person.email, recoveryCodesLeft: 9, secondFactors: [{ method: "TOTP" }] });
    await expect.poll(() => subjectsTo(person.email).filter((subject) => /recovery code/i.test(subject)).length).toBe(1);
    const events = await stage.gateway.query("SELECT id FROM audit_events WHERE actor = ? AND event = 'RECOVERY_CODE_USED'", [
      person.tokens.user.id,
    ]);
    expect(events).toHaveLength(1);
    await requireFullLogIn(stage.a.client, person);
  });
});

describe("guesses", () => {
  it("complete log in - five wrong codes over five challenges and networks - closes codes, not recovery codes; the owner is told", async () => {
    const person = await victimOf(stage);
    const guess = () => tryCode(person, person.authenticator.wrongCode());
    for (let times = 0; times < 5; times++) expect(await guess()).toBe("INVALID_CODE");
    expect(await guess()).toBe("TOO_MANY_ATTEMPTS");
    expect(await tryCode(person, person.authenticator.nextCode())).toBe("TOO_MANY_ATTEMPTS");
    await expect.poll(() => subjectsTo(person.email).filter((subject) => /knows your password/.test(subject)).length).toBe(1);
    // The way back, which also ends the wait.
    expect(await tryRecovery(person, person.recoveryCodes[0] ?? "")).toBe("LoggedIn");
    await requireFullLogIn(stage.a.client, person);
  });

  it("complete log in - a right password between wrong codes, again and again - clears nothing", async () => {
    const person = await victimOf(stage);
    let looked = 0;
    for (let times = 0; times < 12; times++) {
      expect(outcomeOf(await attempt.logIn(stage.a.client, person.email, person.password))).toBe("SecondFactorRequired");
      if ((await tryCode(person, person.authenticator.wrongCode())) === "INVALID_CODE") looked++;
    }
    expect(looked).toBe(5);
  });

  it("complete log in - wrong recovery codes - five an hour and ten a day, whatever the challenge; codes stay open", async () => {
    const person = await victimOf(stage);
    const outcomes: string[] = [];
    for (let times = 0; times < 7; times++) outcomes.push(await tryRecovery(person, madeUp(times)));
    stage.gateway.clock.move({ hours: 1, seconds: 1 });
    for (let times = 0; times < 7; times++) outcomes.push(await tryRecovery(person, madeUp(times)));
    stage.gateway.clock.move({ hours: 1, seconds: 1 });
    outcomes.push(await tryRecovery(person, madeUp(0)));
    const five = Array.from({ length: 5 }, () => "INVALID_CODE");
    const two = ["TOO_MANY_ATTEMPTS", "TOO_MANY_ATTEMPTS"];
    expect(outcomes).toEqual([...five, ...two, ...five, ...two, "TOO_MANY_ATTEMPTS"]);
    await requireFullLogIn(stage.a.client, person);
    stage.gateway.clock.move({ days: 1 });
    expect(await tryRecovery(person, person.recoveryCodes[0] ?? "")).toBe("LoggedIn");
  });

  it("complete log in - wrong codes all day, right passwords in between - waits that double to an hour, at most thirty looked at", async () => {
    const person = await victimOf(stage);
    let looked = 0;
    const waits: number[] = [];
    for (let quarter = 0; quarter < 23 * 4; quarter++) {
      const challengeToken = await beginLogIn(stage.a.client, person.email);
      const outcome = await completeLogIn(stage.a.client, challengeToken, { code: person.authenticator.wrongCode() });
      if (outcome.__typename === "InvalidCode") looked++;
      if (outcome.__typename === "TooManyAttempts") waits.push(outcome.retryAfterSeconds);
      stage.gateway.clock.move({ minutes: 15 });
    }
    expect(looked).toBeGreaterThan(15);
    expect(looked).toBeLessThanOrEqual(30);
    expect(Math.max(...waits)).toBeGreaterThan(1800);
    expect(Math.max(...waits)).toBeLessThanOrEqual(3600);
    expect(await tryRecovery(person, person.recoveryCodes[0] ?? "")).toBe("LoggedIn");
    await requireFullLogIn(stage.a.client, person);
  }, 120_000);

  it("TH-23 complete log in - a hundred wrong codes over weeks - codes stop for good; a recovery code is the way back", async () => {
    const person = await victimOf(stage);
    let looked = 0;
    for (let day = 0; day < 40 && looked < 100; day++) {
      for (let times = 0; times < 30; times++) {
        const outcome = await tryCode(person, person.authenticator.wrongCode());
        if (outcome !== "INVALID_CODE") break;
        looked++;
        stage.gateway.clock.move({ minutes: 62 });
      }
      stage.gateway.clock.move({ days: 1 });
    }
    expect(looked).toBe(100);
    stage.gateway.clock.move({ days: 60 });
    expect(await tryCode(person, person.authenticator.nextCode())).toBe("TOO_MANY_ATTEMPTS");
    stage.gateway.clock.move({ days: 365 });
    expect(await tryCode(person, person.authenticator.nextCode())).toBe("TOO_MANY_ATTEMPTS");
    expect(await tryRecovery(person, madeUp(1))).toBe("INVALID_CODE");
    expect(await tryRecovery(person, person.recoveryCodes[0] ?? "")).toBe("LoggedIn");
    await requireFullLogIn(stage.a.client, person);
    expect(subjectsTo(person.email).length).toBeGreaterThan(3);
  }, 120_000);

  it("strangers without the password - many made-up challenges and wrong passwords - close neither factor to its owner", async () => {
    const person = await victimOf(stage);
    const [code, recoveryCode] = [person.authenticator.wrongCode(), madeUp(1)];
    for (let times = 0; times < 100; times++) {
      const made = `lk_chl_${String(times).padStart(43, "A")}`;
      const proofs = [{ code }, { recoveryCode }];
      const outcomes = await Promise.all(proofs.map((proof) => attemptCompletion(stage.a.client, made, proof)));
      expect(outcomes).toEqual(["CHALLENGE_ENDED", "CHALLENGE_ENDED"]);
    }
    for (let times = 0; times < 15; times++) await attempt.logIn(stage.a.client, person.email, `not the password ${times}`);
    await requireFullLogIn(stage.a.client, person);
    expect(await tryRecovery(person, person.recoveryCodes[0] ?? "")).toBe("LoggedIn");
  });

  it("disable - after wrong codes had closed log-in - the next factor begins with a clean sheet", async () => {
    const person = await victimOf(stage);
    for (let times = 0; times < 6; times++) await tryCode(person, person.authenticator.wrongCode());
    expect(outcomeOf(await person.client.run(DisableSecondFactorDocument, {}))).toBe("SecondFactorDisabled");
    expect(outcomeOf(await attempt.logIn(stage.a.client, person.email, person.password))).toBe("LoggedIn");
    const rows = await stage.gateway.query("SELECT user_id FROM recovery_codes WHERE user_id = ?", [person.tokens.user.id]);
    expect(rows).toEqual([]);
  });
});
