import { describe, expect, it } from "vitest";
import {
  CompleteLogInDocument,
  CompleteReauthenticationDocument,
  ConfirmTotpDocument,
  DisableSecondFactorDocument,
  EnrollTotpDocument,
  LogOutDocument,
  MeDocument,
  ReauthenticateDocument,
} from "../support/generated/authentication.js";
import { ManagedUserDocument, ManagedUsersDocument } from "../support/generated/management.js";
import { outcomeOf } from "../support/hostile-fixture.js";
import { requireLogIn } from "../support/people.js";
import { beginLogIn, confirmTotp, enrollTotp, type PersonWithTotp, requireFullLogIn } from "../support/second-factor.js";
import { attemptCompletion, countSessions, createVictim, freezeInStep, hostileFixtureWithTotp } from "../support/second-factor-fixture.js";

const fixture = hostileFixtureWithTotp();

/** Logs in anew and gives this code. */
const tryCode = async ({ email }: Pick<PersonWithTotp, "email">, code: unknown) =>
  await attemptCompletion(fixture.a.client, await beginLogIn(fixture.a.client, email), { code: code as string });
const script = (code: string, zero: number) => [...code].map((digit) => String.fromCodePoint(zero + Number(digit))).join("");

describe("TOTP enrollment", () => {
  it("MF-01 log in - enrollment never confirmed, or confirmed with a wrong code - requires no second factor", async () => {
    const person = await fixture.signUpPerson();
    const pending = await enrollTotp(fixture.gateway, person.client);
    expect(await confirmTotp(person.client, pending.wrongCode())).toMatchObject({ __typename: "InvalidCode" });
    await person.client.expect(LogOutDocument, {});
    const { sessionToken } = await requireLogIn(fixture.a.client, person.email);
    const { me } = await fixture.a.client.with({ token: sessionToken }).expect(MeDocument, {});
    expect(me).toMatchObject({ secondFactors: [], recoveryCodesLeft: 0 });
  });

  it("MF-02 confirm - five wrong codes, then the right one - is rejected, the factor stays disabled, a new enrollment works", async () => {
    const person = await fixture.signUpPerson();
    const pending = await enrollTotp(fixture.gateway, person.client);
    for (let times = 0; times < 5; times++)
      expect(outcomeOf(await person.client.run(ConfirmTotpDocument, { input: { code: pending.wrongCode() } }))).toBe("INVALID_CODE");
    expect(outcomeOf(await person.client.run(ConfirmTotpDocument, { input: { code: pending.code() } }))).toBe("INVALID_CODE");
    await requireLogIn(fixture.a.client, person.email);
    const next = await enrollTotp(fixture.gateway, person.client);
    expect(outcomeOf(await person.client.run(ConfirmTotpDocument, { input: { code: pending.code() } }))).toBe("INVALID_CODE");
    expect(await confirmTotp(person.client, next.code())).toMatchObject({ __typename: "SecondFactorEnabled" });
  });

  it("confirm - more than ten minutes later, or with the previous enrollment's secret - is rejected", async () => {
    const person = await fixture.signUpPerson();
    const first = await enrollTotp(fixture.gateway, person.client);
    const second = await enrollTotp(fixture.gateway, person.client);
    expect(await confirmTotp(person.client, first.code())).toMatchObject({ __typename: "InvalidCode" });
    fixture.gateway.clock.move({ minutes: 10, seconds: 1 });
    expect(await confirmTotp(person.client, second.code())).toMatchObject({ __typename: "InvalidCode" });
    await requireLogIn(fixture.a.client, person.email);
  });

  it("MF-18 secret - everything shown after the first answer - never contains it again; nor do mails, logs and the database", async () => {
    const from = fixture.gateway.answers.length;
    const person = await createVictim(fixture);
    const shownWith = fixture.gateway.answers.slice(from).filter(({ text }) => text.includes(person.authenticator.secret));
    expect(shownWith).toHaveLength(1);
    const later = fixture.gateway.answers.length;
    const next = await enrollTotp(fixture.gateway, person.client);
    expect(next.secret).not.toBe(person.authenticator.secret);
    await person.client.expect(MeDocument, {});
    const backEnd = fixture.gateway.management(fixture.a.secretKey);
    await backEnd.expect(ManagedUserDocument, { applicationId: fixture.a.id, userId: person.tokens.user.id });
    await backEnd.expect(ManagedUsersDocument, { applicationId: fixture.a.id, first: 5 });
    const texts = [
      ...fixture.gateway.answers.slice(later).map(({ text }) => text),
      ...fixture.gateway.mails.received.map(({ text, html }) => `${text}\n${html}`),
      ...fixture.gateway.logs,
      await fixture.gateway.dump(),
    ].join("\n");
    const bytes = Buffer.from(
      [...person.authenticator.secret]
        .map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"))
        .join("")
        .match(/.{8}/g)
        ?.map((byte) => Number.parseInt(byte, 2)) ?? [],
    );
    for (const form of [person.authenticator.secret, bytes.toString("hex"), bytes.toString("base64"), bytes.toString("base64url")])
      expect(texts.includes(form)).toBe(false);
    for (const code of person.recoveryCodes)
      for (const form of [code, code.replaceAll("-", ""), code.toLowerCase()]) expect(texts.includes(form)).toBe(false);
  });

  // Uniform distribution is tested beside the generator.
  it("MF-19 enroll - thirty times - 160 bits each, all unique", async () => {
    const person = await fixture.signUpPerson();
    const secrets = new Set<string>();
    for (let round = 0; round < 3; round++) {
      const batch = Array.from({ length: 10 }, async () => (await enrollTotp(fixture.gateway, person.client)).secret);
      for (const secret of await Promise.all(batch)) secrets.add(secret);
    }
    expect(secrets.size).toBe(30);
    for (const secret of secrets) expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  });
});

describe("time steps", () => {
  it.each([
    [0, "first"],
    [29.999, "last"],
  ])("MF-05 complete log in - codes of the steps around now, %f s into a step - one either side is taken, no other", async (seconds) => {
    const person = await createVictim(fixture);
    const outcomes: string[] = [];
    for (const drift of [-2, -1, 0, 1, 2]) {
      fixture.gateway.clock.move({ minutes: 10 });
      outcomes.push(await freezeInStep(fixture.gateway, seconds, () => tryCode(person, person.authenticator.code(drift))));
    }
    expect(outcomes).toEqual(["INVALID_CODE", "LoggedIn", "LoggedIn", "LoggedIn", "INVALID_CODE"]);
  });

  it("MF-06 complete log in - code of the previous log-in, in its step and the next - is rejected from any address", async () => {
    const person = await createVictim(fixture);
    fixture.gateway.clock.move({ minutes: 5 });
    await freezeInStep(fixture.gateway, 0, async () => {
      const code = person.authenticator.code();
      const client = fixture.a.client.with({ address: "203.0.113.7" });
      expect(await attemptCompletion(client, await beginLogIn(client, person.email), { code })).toBe("LoggedIn");
      expect(await attemptCompletion(client, await beginLogIn(client, person.email), { code })).toBe("INVALID_CODE");
      expect(await tryCode(person, code)).toBe("INVALID_CODE");
      fixture.gateway.clock.move({ seconds: 29.999 });
      expect(await tryCode(person, code)).toBe("INVALID_CODE");
      fixture.gateway.clock.move({ seconds: 0.001 });
      expect(await tryCode(person, code)).toBe("INVALID_CODE");
      expect(await tryCode(person, person.authenticator.code())).toBe("LoggedIn");
    });
  });

  it("complete log in - a code of the step ahead, then those of steps before it - the older ones are dead", async () => {
    const person = await createVictim(fixture);
    fixture.gateway.clock.move({ minutes: 5 });
    await freezeInStep(fixture.gateway, 1, async () => {
      expect(await tryCode(person, person.authenticator.code(1))).toBe("LoggedIn");
      for (const drift of [-1, 0, 1]) expect(await tryCode(person, person.authenticator.code(drift))).toBe("INVALID_CODE");
      fixture.gateway.clock.move({ seconds: 30 });
      expect(await tryCode(person, person.authenticator.code(1))).toBe("LoggedIn");
    });
  });

  it("complete log in - clock set back an hour - consumed codes stay rejected; a recovery code works", async () => {
    const person = await createVictim(fixture);
    fixture.gateway.clock.move({ hours: 1 });
    const used = await freezeInStep(fixture.gateway, 1, async () => {
      expect(await tryCode(person, person.authenticator.code())).toBe("LoggedIn");
      return person.authenticator.code();
    });
    fixture.gateway.clock.move({ hours: -1 });
    expect(await tryCode(person, person.authenticator.code())).toBe("INVALID_CODE");
    expect(await tryCode(person, used)).toBe("INVALID_CODE");
    const challengeToken = await beginLogIn(fixture.a.client, person.email);
    expect(await attemptCompletion(fixture.a.client, challengeToken, { recoveryCode: person.recoveryCodes[0] ?? "" })).toBe("LoggedIn");
    fixture.gateway.clock.move({ hours: 1 });
    expect(await tryCode(person, used)).toBe("INVALID_CODE");
    await requireFullLogIn(fixture.a.client, person);
  });

  it("MF-08 complete log in and step-up - the code that confirmed the enrollment - is rejected in both", async () => {
    const person = await fixture.signUpPerson();
    await freezeInStep(fixture.gateway, 1, async () => {
      const authenticator = await enrollTotp(fixture.gateway, person.client);
      const code = authenticator.code();
      expect(await confirmTotp(person.client, code)).toMatchObject({ __typename: "SecondFactorEnabled" });
      fixture.gateway.clock.move({ seconds: 20 });
      expect(await tryCode(person, code)).toBe("INVALID_CODE");
      const { reauthenticate } = await person.client.expect(ReauthenticateDocument, { input: { password: person.password } });
      const challengeToken = reauthenticate.__typename === "SecondFactorRequired" ? reauthenticate.challengeToken : "";
      const answer = await person.client.run(CompleteReauthenticationDocument, { input: { challengeToken, proof: { code } } });
      expect(outcomeOf(answer)).toBe("INVALID_CODE");
      fixture.gateway.clock.move({ minutes: 6 });
      expect(outcomeOf(await person.client.run(DisableSecondFactorDocument, {}))).toBe("REAUTHENTICATION_REQUIRED");
    });
  });
});

describe("format of codes", () => {
  it("B-11 confirm and complete log in - code in groups - is accepted; a malformed one costs no attempt", async () => {
    const person = await fixture.signUpPerson();
    const authenticator = await enrollTotp(fixture.gateway, person.client);
    const inGroups = (code: string) => `${code.slice(0, 3)} ${code.slice(3)}\n`;
    const confirmWith = async (code: string) => outcomeOf(await person.client.run(ConfirmTotpDocument, { input: { code } }));
    for (const malformed of Array(7).fill(`${authenticator.code()}.`)) expect(await confirmWith(malformed)).toBe("INVALID_CODE");
    expect(await confirmWith(inGroups(authenticator.code()))).toBe("SecondFactorEnabled");
    const code = authenticator.nextCode();
    const challengeToken = await beginLogIn(fixture.a.client, person.email);
    for (const malformed of Array(7).fill(`${code}.`))
      expect(await attemptCompletion(fixture.a.client, challengeToken, { code: malformed })).toBe("INVALID_CODE");
    expect(await attemptCompletion(fixture.a.client, challengeToken, { code: inGroups(code) })).toBe("LoggedIn");
  });

  it("MF-14 B-11 complete log in - digits that cannot be the code - never succeed and cost no attempt; the plain text works", async () => {
    const person = await createVictim(fixture);
    const { authenticator } = person;
    let steps = 2;
    while (!authenticator.code(steps).startsWith("00")) steps++;
    fixture.gateway.clock.move({ seconds: steps * 30 });
    await freezeInStep(fixture.gateway, -29, async () => {
      const code = authenticator.code();
      expect(code).toMatch(/^00\d{4}$/);
      const number = Number(code);
      const texts = [`\u0000${code}`, `+${code.slice(1)}`, `${code}.0`, `${number}e0`];
      const more = [String(number), `0x${number.toString(16)}`, `${code.slice(0, 4)}xx`, `${code}${code}`];
      const scripts = [script(code, 0x0660), script(code, 0x0966), `${code}\u0301`, "OO".concat(code.slice(2))];
      const others = [number, [code], [[code]], [], {}, { code }, true, null, "", "%", "_".repeat(6), `${code}' OR '1'='1`];
      for (const shape of [...texts, ...more, ...scripts, ...others])
        expect([shape, ["BAD_USER_INPUT", "INVALID_CODE"]]).toEqual([shape, expect.arrayContaining([await tryCode(person, shape)])]);
      expect(await tryCode(person, code)).toBe("LoggedIn");
    });
  });

  it("complete log in - negative, signed and exponent codes, overflows - never succeed", async () => {
    const person = await createVictim(fixture);
    for (const code of ["+99998", "-00001", "1e5   ", "999999999999", "00000٠", "NaN", "undefined", "null", "true", "0b1010", "1_0000"]) {
      expect([code, await tryCode(person, code)]).toEqual([code, "INVALID_CODE"]);
      await fixture.gateway.query("DELETE FROM throttle_buckets");
    }
    expect(await countSessions(fixture, person)).toBe(1);
  });

  it("MF-36 complete log in - wrong, reused, expired and invented six-digit codes - get identical answers", async () => {
    const person = await createVictim(fixture);
    fixture.gateway.clock.move({ minutes: 5 });
    await freezeInStep(fixture.gateway, 1, async () => {
      const reused = person.authenticator.code();
      expect(await tryCode(person, reused)).toBe("LoggedIn");
      const texts = new Set<string>();
      for (const code of [reused, person.authenticator.code(-2), person.authenticator.wrongCode(), "abcdef"]) {
        const challengeToken = await beginLogIn(fixture.a.client, person.email);
        const answer = await fixture.a.client.run(CompleteLogInDocument, { input: { challengeToken, proof: { code } } });
        expect([answer.status, outcomeOf(answer)]).toEqual([200, "INVALID_CODE"]);
        texts.add(answer.text);
      }
      expect(texts.size).toBe(1);
    });
  });
});

describe("unusable TOTP secrets", () => {
  it.each([
    ["missing", "NULL"],
    ["empty", "''"],
    ["undecryptable", "'x.y.z'"],
    ["another user's", "other"],
  ])("log in - secret %s - still requires the factor, accepts no code, and a recovery code allows a new enrollment", async (_, value) => {
    const [person, other] = [await createVictim(fixture), await createVictim(fixture)];
    const [row] = await fixture.gateway.query<{ secret_sealed: string }>("SELECT secret_sealed FROM second_factors WHERE user_id = ?", [
      other.tokens.user.id,
    ]);
    const storedSecret = value === "other" ? `'${row?.secret_sealed}'` : value;
    await fixture.gateway.query(`UPDATE second_factors SET secret_sealed = ${storedSecret} WHERE user_id = ?`, [person.tokens.user.id]);
    fixture.gateway.clock.move({ minutes: 10 });
    for (const code of [person.authenticator.code(), other.authenticator.code(), "000000", ""])
      expect(await tryCode(person, code)).toBe("INVALID_CODE");
    const broken = "SELECT details FROM audit_events WHERE event = 'SEAL_BROKEN' AND application_id = ?";
    const isSealed = value !== "NULL" && value !== "''";
    if (isSealed) await expect.poll(() => fixture.gateway.query(broken, [fixture.a.id])).not.toEqual([]);
    const challengeToken = await beginLogIn(fixture.a.client, person.email);
    const proof = { recoveryCode: person.recoveryCodes[0] ?? "" };
    const answer = await fixture.a.client.run(CompleteLogInDocument, { input: { challengeToken, proof } });
    if (answer.data?.completeLogIn.__typename !== "LoggedIn") throw new Error(answer.text);
    const client = fixture.a.client.with({ token: answer.data.completeLogIn.sessionToken });
    expect(outcomeOf(await client.run(EnrollTotpDocument, {}))).toBe("TotpEnrollment");
    const next = await enrollTotp(fixture.gateway, client);
    expect(await confirmTotp(client, next.code())).toMatchObject({ __typename: "SecondFactorEnabled" });
    await requireFullLogIn(fixture.a.client, { ...person, authenticator: next });
  });
});
