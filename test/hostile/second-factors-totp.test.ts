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
import { outcomeOf } from "../support/hostile.js";
import { requireLogIn } from "../support/people.js";
import { beginLogIn, confirmTotp, enrollTotp, type ProtectedPerson, requireFullLogIn } from "../support/second-factor.js";
import { attemptCompletion, countSessions, hostileWithTotp, intoStep, victimOf } from "../support/second-factor-stage.js";

const stage = hostileWithTotp();

/** Logs in anew and gives this code. */
const tryCode = async ({ email }: Pick<ProtectedPerson, "email">, code: unknown) =>
  await attemptCompletion(stage.a.client, await beginLogIn(stage.a.client, email), { code: code as string });
const script = (code: string, zero: number) => [...code].map((digit) => String.fromCodePoint(zero + Number(digit))).join("");

describe("what is being set up", () => {
  it("MF-01 log in - enrollment never confirmed, and one confirmed wrong - asks for nothing", async () => {
    const person = await stage.person();
    const pending = await enrollTotp(stage.gateway, person.client);
    expect(await confirmTotp(person.client, pending.wrongCode())).toMatchObject({ __typename: "InvalidCode" });
    await person.client.expect(LogOutDocument, {});
    const { sessionToken } = await requireLogIn(stage.a.client, person.email);
    const { me } = await stage.a.client.with({ token: sessionToken }).expect(MeDocument, {});
    expect(me).toMatchObject({ secondFactors: [], recoveryCodesLeft: 0 });
  });

  it("MF-02 confirm - five wrong codes, then the right one - is void, the factor stays off, a new enrollment works", async () => {
    const person = await stage.person();
    const pending = await enrollTotp(stage.gateway, person.client);
    for (let times = 0; times < 5; times++)
      expect(outcomeOf(await person.client.run(ConfirmTotpDocument, { input: { code: pending.wrongCode() } }))).toBe("INVALID_CODE");
    expect(outcomeOf(await person.client.run(ConfirmTotpDocument, { input: { code: pending.code() } }))).toBe("INVALID_CODE");
    await requireLogIn(stage.a.client, person.email);
    const next = await enrollTotp(stage.gateway, person.client);
    expect(outcomeOf(await person.client.run(ConfirmTotpDocument, { input: { code: pending.code() } }))).toBe("INVALID_CODE");
    expect(await confirmTotp(person.client, next.code())).toMatchObject({ __typename: "SecondFactorEnabled" });
  });

  it("confirm - ten minutes and a second later, or with the secret of the enrollment before - is refused", async () => {
    const person = await stage.person();
    const first = await enrollTotp(stage.gateway, person.client);
    const second = await enrollTotp(stage.gateway, person.client);
    expect(await confirmTotp(person.client, first.code())).toMatchObject({ __typename: "InvalidCode" });
    stage.gateway.clock.move({ minutes: 10, seconds: 1 });
    expect(await confirmTotp(person.client, second.code())).toMatchObject({ __typename: "InvalidCode" });
    await requireLogIn(stage.a.client, person.email);
  });

  it("MF-18 secret - everything shown after the first answer - never holds it again; nor do mails, logs and the database", async () => {
    const from = stage.gateway.answers.length;
    const person = await victimOf(stage);
    const shownWith = stage.gateway.answers.slice(from).filter(({ text }) => text.includes(person.authenticator.secret));
    expect(shownWith).toHaveLength(1);
    const later = stage.gateway.answers.length;
    const next = await enrollTotp(stage.gateway, person.client);
    expect(next.secret).not.toBe(person.authenticator.secret);
    await person.client.expect(MeDocument, {});
    const backEnd = stage.gateway.management(stage.a.secretKey);
    await backEnd.expect(ManagedUserDocument, { applicationId: stage.a.id, userId: person.tokens.user.id });
    await backEnd.expect(ManagedUsersDocument, { applicationId: stage.a.id, first: 5 });
    const texts = [
      ...stage.gateway.answers.slice(later).map(({ text }) => text),
      ...stage.gateway.mails.received.map(({ text, html }) => `${text}\n${html}`),
      ...stage.gateway.logs,
      await stage.gateway.dump(),
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

  it("MF-19 enroll - a thousand times - 160 bits each, none twice, no letter preferred", async () => {
    const person = await stage.person();
    const secrets = new Set<string>();
    for (let round = 0; round < 100; round++) {
      const batch = Array.from({ length: 10 }, async () => (await enrollTotp(stage.gateway, person.client)).secret);
      for (const secret of await Promise.all(batch)) secrets.add(secret);
    }
    expect(secrets.size).toBe(1000);
    const counts = new Map<string, number>();
    for (const secret of secrets) {
      expect(secret).toMatch(/^[A-Z2-7]{32}$/);
      for (const letter of secret) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    }
    const expected = (1000 * 32) / 32;
    const deviation = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(counts.size).toBe(32);
    // Chi-squared with 31 degrees of freedom: chance alone exceeds this once in a million runs.
    expect(deviation).toBeLessThan(83);
  }, 180_000);
});

describe("steps", () => {
  it.each([
    [0, "first"],
    [29.999, "last"],
  ])("MF-05 complete log in - codes of the steps around now, %f s into a step - one either side is taken, no other", async (seconds) => {
    const person = await victimOf(stage);
    const outcomes: string[] = [];
    for (const drift of [-2, -1, 0, 1, 2]) {
      stage.gateway.clock.move({ minutes: 10 });
      outcomes.push(await intoStep(stage.gateway, seconds, () => tryCode(person, person.authenticator.code(drift))));
    }
    expect(outcomes).toEqual(["INVALID_CODE", "LoggedIn", "LoggedIn", "LoggedIn", "INVALID_CODE"]);
  });

  it("MF-06 complete log in - the code of the log-in before, in its step and in the next - is refused from wherever it comes", async () => {
    const person = await victimOf(stage);
    stage.gateway.clock.move({ minutes: 5 });
    await intoStep(stage.gateway, 0, async () => {
      const code = person.authenticator.code();
      const client = stage.a.client.with({ address: "203.0.113.7" });
      expect(await attemptCompletion(client, await beginLogIn(client, person.email), { code })).toBe("LoggedIn");
      expect(await attemptCompletion(client, await beginLogIn(client, person.email), { code })).toBe("INVALID_CODE");
      expect(await tryCode(person, code)).toBe("INVALID_CODE");
      stage.gateway.clock.move({ seconds: 29.999 });
      expect(await tryCode(person, code)).toBe("INVALID_CODE");
      stage.gateway.clock.move({ seconds: 0.001 });
      expect(await tryCode(person, code)).toBe("INVALID_CODE");
      expect(await tryCode(person, person.authenticator.code())).toBe("LoggedIn");
    });
  });

  it("complete log in - a code of the step ahead, then those of steps before it - the older ones are dead", async () => {
    const person = await victimOf(stage);
    stage.gateway.clock.move({ minutes: 5 });
    await intoStep(stage.gateway, 1, async () => {
      expect(await tryCode(person, person.authenticator.code(1))).toBe("LoggedIn");
      for (const drift of [-1, 0, 1]) expect(await tryCode(person, person.authenticator.code(drift))).toBe("INVALID_CODE");
      stage.gateway.clock.move({ seconds: 30 });
      expect(await tryCode(person, person.authenticator.code(1))).toBe("LoggedIn");
    });
  });

  it("complete log in - clock set back an hour - codes used then do not come to life again; a recovery code lets in", async () => {
    const person = await victimOf(stage);
    stage.gateway.clock.move({ hours: 1 });
    const used = await intoStep(stage.gateway, 1, async () => {
      expect(await tryCode(person, person.authenticator.code())).toBe("LoggedIn");
      return person.authenticator.code();
    });
    stage.gateway.clock.move({ hours: -1 });
    expect(await tryCode(person, person.authenticator.code())).toBe("INVALID_CODE");
    expect(await tryCode(person, used)).toBe("INVALID_CODE");
    const challengeToken = await beginLogIn(stage.a.client, person.email);
    expect(await attemptCompletion(stage.a.client, challengeToken, { recoveryCode: person.recoveryCodes[0] ?? "" })).toBe("LoggedIn");
    stage.gateway.clock.move({ hours: 1 });
    expect(await tryCode(person, used)).toBe("INVALID_CODE");
    await requireFullLogIn(stage.a.client, person);
  });

  it("MF-08 complete log in and step-up - the code that confirmed the enrollment - is refused in both", async () => {
    const person = await stage.person();
    await intoStep(stage.gateway, 1, async () => {
      const authenticator = await enrollTotp(stage.gateway, person.client);
      const code = authenticator.code();
      expect(await confirmTotp(person.client, code)).toMatchObject({ __typename: "SecondFactorEnabled" });
      stage.gateway.clock.move({ seconds: 20 });
      expect(await tryCode(person, code)).toBe("INVALID_CODE");
      const { reauthenticate } = await person.client.expect(ReauthenticateDocument, { input: { password: person.password } });
      const challengeToken = reauthenticate.__typename === "SecondFactorRequired" ? reauthenticate.challengeToken : "";
      const answer = await person.client.run(CompleteReauthenticationDocument, { input: { challengeToken, proof: { code } } });
      expect(outcomeOf(answer)).toBe("INVALID_CODE");
      stage.gateway.clock.move({ minutes: 6 });
      expect(outcomeOf(await person.client.run(DisableSecondFactorDocument, {}))).toBe("REAUTHENTICATION_REQUIRED");
    });
  });
});

describe("the shape of a code", () => {
  it("MF-14 complete log in - right digits in every other shape - never succeed; the plain text works", async () => {
    const person = await victimOf(stage);
    const { authenticator } = person;
    let steps = 2;
    while (!authenticator.code(steps).startsWith("00")) steps++;
    stage.gateway.clock.move({ seconds: steps * 30 });
    await intoStep(stage.gateway, -29, async () => {
      const code = authenticator.code();
      expect(code).toMatch(/^00\d{4}$/);
      const number = Number(code);
      const texts = [` ${code}`, `${code} `, `${code}\n`, `\u0000${code}`, `+${code.slice(1)}`, `-${code}`, `${code}.0`, `${number}e0`];
      const more = [
        `${code.slice(0, 3)} ${code.slice(3)}`,
        String(number),
        `0x${number.toString(16)}`,
        `${code.slice(0, 4)}xx`,
        `0${code}`,
      ];
      const scripts = [script(code, 0xff10), script(code, 0x0660), script(code, 0x0966), `${code}\u200b`, "OO".concat(code.slice(2))];
      const others = [number, [code], [[code]], [], {}, { code }, true, null, "", "%", "_".repeat(6), `${code}' OR '1'='1`];
      for (const shape of [...texts, ...more, ...scripts, ...others]) {
        expect([shape, ["BAD_USER_INPUT", "INVALID_CODE"]]).toEqual([shape, expect.arrayContaining([await tryCode(person, shape)])]);
        await stage.gateway.query("DELETE FROM throttle_buckets");
      }
      expect(await tryCode(person, code)).toBe("LoggedIn");
    });
  });

  it("complete log in - negative, signed and exponent codes around an overflow - never succeed", async () => {
    const person = await victimOf(stage);
    for (const code of ["+99998", "-00001", "1e5   ", "999999999999", "00000٠", "NaN", "undefined", "null", "true", "0b1010", "1_0000"]) {
      expect([code, await tryCode(person, code)]).toEqual([code, "INVALID_CODE"]);
      await stage.gateway.query("DELETE FROM throttle_buckets");
    }
    expect(await countSessions(stage, person)).toBe(1);
  });

  it("MF-36 complete log in - wrong, replayed, expired and made-up codes of six digits - are answered with the same bytes", async () => {
    const person = await victimOf(stage);
    stage.gateway.clock.move({ minutes: 5 });
    await intoStep(stage.gateway, 1, async () => {
      const replayed = person.authenticator.code();
      expect(await tryCode(person, replayed)).toBe("LoggedIn");
      const texts = new Set<string>();
      for (const code of [replayed, person.authenticator.code(-2), person.authenticator.wrongCode(), "abcdef"]) {
        const challengeToken = await beginLogIn(stage.a.client, person.email);
        const answer = await stage.a.client.run(CompleteLogInDocument, { input: { challengeToken, proof: { code } } });
        expect([answer.status, outcomeOf(answer)]).toEqual([200, "INVALID_CODE"]);
        texts.add(answer.text);
      }
      expect(texts.size).toBe(1);
    });
  });
});

describe("a secret that cannot be had", () => {
  it.each([
    ["missing", "NULL"],
    ["empty", "''"],
    ["undecryptable", "'x.y.z'"],
    ["somebody else's", "other"],
  ])("log in - secret %s - asks for the factor all the same, takes no code, and a recovery code lets in to set up another", async (_, value) => {
    const [person, other] = [await victimOf(stage), await victimOf(stage)];
    const [row] = await stage.gateway.query<{ secret_sealed: string }>("SELECT secret_sealed FROM second_factors WHERE user_id = ?", [
      other.tokens.user.id,
    ]);
    const sealed = value === "other" ? `'${row?.secret_sealed}'` : value;
    await stage.gateway.query(`UPDATE second_factors SET secret_sealed = ${sealed} WHERE user_id = ?`, [person.tokens.user.id]);
    stage.gateway.clock.move({ minutes: 10 });
    for (const code of [person.authenticator.code(), other.authenticator.code(), "000000", ""])
      expect(await tryCode(person, code)).toBe("INVALID_CODE");
    const broken = "SELECT details FROM audit_events WHERE event = 'SEAL_BROKEN' AND application_id = ?";
    const isSealed = value !== "NULL" && value !== "''";
    if (isSealed) await expect.poll(() => stage.gateway.query(broken, [stage.a.id])).not.toEqual([]);
    const challengeToken = await beginLogIn(stage.a.client, person.email);
    const proof = { recoveryCode: person.recoveryCodes[0] ?? "" };
    const answer = await stage.a.client.run(CompleteLogInDocument, { input: { challengeToken, proof } });
    if (answer.data?.completeLogIn.__typename !== "LoggedIn") throw new Error(answer.text);
    const client = stage.a.client.with({ token: answer.data.completeLogIn.sessionToken });
    expect(outcomeOf(await client.run(EnrollTotpDocument, {}))).toBe("TotpEnrollment");
    const next = await enrollTotp(stage.gateway, client);
    expect(await confirmTotp(client, next.code())).toMatchObject({ __typename: "SecondFactorEnabled" });
    await requireFullLogIn(stage.a.client, { ...person, authenticator: next });
  });
});
