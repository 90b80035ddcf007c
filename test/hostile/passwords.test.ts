import { createRequire } from "node:module";
import { buildSchema, getNamedType, isObjectType, isScalarType } from "graphql";
import { describe, expect, it, vi } from "vitest";
import { TestGateway } from "../support/gateway.js";
import { ChangePasswordDocument, ResetPasswordDocument } from "../support/generated/authentication.js";
import { attempt, hostileFixture, outcomeOf } from "../support/hostile-fixture.js";
import { PASSWORD, requireLogIn, signUpPerson, uniqueEmail } from "../support/people.js";

const fixture = hostileFixture();

/** A published list of the most common passwords, most common first. */
const { dictionary } = createRequire(import.meta.url)("@zxcvbn-ts/language-common") as { dictionary: Record<string, string[]> };
const commonPasswords = (dictionary["passwords-common"] ?? []).filter((password) => password.length >= 10).slice(0, 1000);

const expectRefused = async (password: string, email = uniqueEmail(), application = fixture.a) => {
  const answer = await attempt.signUp(application.client, email, password);
  expect([password, outcomeOf(answer)]).toEqual([password, "PASSWORD_REFUSED"]);
  expect(answer.text).not.toContain(JSON.stringify(password).slice(1, -1));
  return (Object.values(answer.data ?? {})[0] as unknown as { violations: string[] }).violations;
};

describe("password policy", () => {
  it("PW-01 sign up - seven characters - is rejected and nothing changes", async () => {
    const lenient = await fixture.gateway.createApplication("Lenient", "password.minimumLength=8");
    for (const application of [fixture.a, lenient])
      expect(await fixture.expectUnchanged(() => expectRefused("q7x Zrw", uniqueEmail(), application))).toEqual(["TOO_SHORT"]);
    expect(outcomeOf(await attempt.signUp(lenient.client, uniqueEmail(), fixture.registerSecret("q7x Zrwk")))).toBe("ConfirmationSent");
  });

  it("PW-02 sign up - twenty of the most common passwords - are rejected, never repeated in answers, and nothing changes", async () => {
    const eight = await fixture.gateway.createApplication("Eight", "password.minimumLength=8");
    const sample = commonPasswords.filter((_, index) => index % 50 === 0);
    expect(sample).toHaveLength(20);
    await fixture.expectUnchanged(async () => {
      for (const password of sample) expect(await expectRefused(password)).toContain("TOO_COMMON");
      for (const password of ["password1", "12345678", "qwertyuiop"])
        expect(await expectRefused(password, uniqueEmail(), eight)).toContain("TOO_COMMON");
    });
  });

  it("PW-03 sign up - common passwords in capitals - are rejected; with an added space only the exact password logs in", async () => {
    const [one = "", other = ""] = commonPasswords.filter((password) => /^[a-z]+$/.test(password));
    const mixed = (text: string) => [...text].map((letter, index) => (index % 2 ? letter.toUpperCase() : letter)).join("");
    await fixture.expectUnchanged(async () => {
      for (const password of [one.toUpperCase(), mixed(one), other.toUpperCase(), mixed(other)])
        expect(await expectRefused(password)).toContain("TOO_COMMON");
    });
    for (const password of [` ${one}`, `${one} `]) {
      const { email } = await signUpPerson(fixture.gateway, fixture.a, uniqueEmail(), { password: fixture.registerSecret(password) });
      for (const near of [one, `${one}  `, ` ${one} `])
        expect(outcomeOf(await attempt.logIn(fixture.a.client, email, near))).toBe("INVALID_CREDENTIALS");
      await requireLogIn(fixture.a.client, email, password);
    }
  });

  it("PW-04 sign up - passwords made of the address or the application's name - are rejected", async () => {
    const email = uniqueEmail("wilhelmina");
    const local = email.split("@")[0] ?? "";
    await fixture.expectUnchanged(async () => {
      for (const password of [email, local.padEnd(24, "1"), `${local}!${local}`, "blueheron2026", "BlueHeron!", "Latchkey2026"])
        expect(await expectRefused(password, email)).toContain("CONTAINS_CONTEXT");
    });
  });

  it("PW-05 sign up - lower-case letters and spaces only - is accepted", async () => {
    const { email } = await fixture.signUpPerson(fixture.a, "amber lamps ad aster");
    await requireLogIn(fixture.a.client, email, "amber lamps ad aster");
  });

  it("PW-19 passwords of other types, or of 90 kB - at every operation - are rejected before hashing", async () => {
    const { hasher } = fixture.gateway.services;
    const work = [vi.spyOn(hasher, "hash"), vi.spyOn(hasher, "verify")];
    const handle = { email: uniqueEmail() };
    const documents = {
      logIn: ["LogInInput!", { handle }, "password"],
      signUp: ["SignUpInput!", { handle }, "password"],
      resetPassword: ["ResetPasswordInput!", { handle, code: "000000" }, "newPassword"],
      changePassword: ["ChangePasswordInput!", { newPassword: "a new long password" }, "currentPassword"],
    } as const;
    await fixture.expectUnchanged(async () => {
      for (const [name, [type, rest, field]] of Object.entries(documents))
        for (const password of [7, 1.5, true, null, [], ["x"], {}, { $gt: "" }, "x".repeat(90_000)]) {
          const query = `mutation M($input: ${type}) { ${name}(input: $input) { __typename } }`;
          const answer = await fixture.u1.client.post({ query, variables: { input: { ...rest, [field]: password } } });
          expect([name, typeof password, answer.errors[0]?.extensions.code]).toEqual([name, typeof password, "BAD_USER_INPUT"]);
          expect(answer.status).toBe(400);
          expect(answer.text).not.toContain("xxxx");
        }
    });
    expect(work.map(({ mock }) => mock.calls)).toEqual([[], []]);
    vi.restoreAllMocks();
  });

  it("PW-20 application - minimum length 4, -1 or 1000 - is rejected; the minimum stays and users sign up", async () => {
    const own = await fixture.gateway.createApplication("Floor", "password.minimumLength=8");
    for (const length of [4, 7, -1, 0, 1000, "8.5", "null"])
      await expect(fixture.gateway.configure(own.id, `password.minimumLength=${length}`)).rejects.toThrow(/minimumLength/);
    expect(await expectRefused("q7x Zrw", uniqueEmail(), own)).toEqual(["TOO_SHORT"]);
    await fixture.signUpPerson(own);
  });

  it("PW-21 schemas of both APIs - every output field - contain no hash, salt, password or code, and no mutation sets another user's password", async () => {
    for (const name of ["authentication", "management"]) {
      const { text } = await fixture.fetch(`/schema/${name}.graphql`);
      const types = Object.values(buildSchema(text).getTypeMap()).filter((type) => isObjectType(type));
      const fields = types.flatMap((type) => Object.values(type.getFields()).filter((field) => isScalarType(getNamedType(field.type))));
      expect(fields.length).toBeGreaterThan(10);
      // The TOTP secret is the only one that is returned, once, to the user who enrolls.
      const shown = types.filter((type) => type.name === "TotpEnrollment").map((type) => type.getFields()["secret"]);
      const names = fields.filter((field) => !shown.includes(field)).map((field) => field.name);
      expect(names.filter((field) => /hash|salt|pepper|password|private|sealed|secret|^codes?$|attempts/i.test(field))).toEqual([]);
      const mutations = Object.keys(buildSchema(text).getMutationType()?.getFields() ?? {});
      if (name === "management") expect(mutations.filter((mutation) => /^(set|change).*password/i.test(mutation))).toEqual([]);
    }
  });
});

describe("stored hashes", () => {
  const setHash = (id: string, hash: string | null) => fixture.gateway.query("UPDATE users SET password_hash = ? WHERE id = ?", [hash, id]);

  it("PW-22 log in - hash emptied, corrupted or truncated in the database - is rejected, and the process keeps running", async () => {
    const { email, tokens } = await fixture.signUpPerson();
    const [row] = await fixture.gateway.query<{ password_hash: string }>("SELECT password_hash FROM users WHERE id = ?", [tokens.user.id]);
    const whole = row?.password_hash ?? "";
    for (const hash of ["", "x", whole.slice(0, 20), whole.slice(0, -1), whole.replace("$04$", "$99$"), `${whole}x`]) {
      await setHash(tokens.user.id, hash);
      for (const password of ["", "x", hash || " ", PASSWORD])
        expect([hash, outcomeOf(await attempt.logIn(fixture.a.client, email, password))]).toEqual([hash, "INVALID_CREDENTIALS"]);
      fixture.gateway.clock.move({ hours: 2 });
    }
    await setHash(tokens.user.id, whole);
    await requireLogIn(fixture.a.client, email);
  });

  it("PW-23 log in - user without a password - is possible only after a reset", async () => {
    const { email, tokens } = await fixture.signUpPerson();
    await fixture.gateway.query("UPDATE users SET password_hash = NULL, password_scheme = NULL WHERE id = ?", [tokens.user.id]);
    for (const password of ["", " ", "null", "undefined", "0", "false", PASSWORD])
      expect(outcomeOf(await attempt.logIn(fixture.a.client, email, password))).toBe("INVALID_CREDENTIALS");
    fixture.gateway.clock.move({ seconds: 61 });
    expect(outcomeOf(await attempt.forgot(fixture.a.client, email))).toBe("PasswordResetRequested");
    const code = await fixture.gateway.mails.nextCode(email);
    const next = fixture.registerSecret("chosen at last by mail");
    expect(outcomeOf(await attempt.reset(fixture.a.client, email, code, next))).toBe("PasswordReset");
    await requireLogIn(fixture.a.client, email, next);
  });

  it("PW-25 log in - hash of a lower cost - is rehashed at the current cost, and works again", async () => {
    const { email, tokens } = await fixture.signUpPerson();
    const costly = await TestGateway.start({ shareDatabaseOf: fixture.gateway, environment: { BCRYPT_COST: "6" } });
    try {
      const client = fixture.a.client.with({ baseUrl: costly.url });
      expect(outcomeOf(await attempt.logIn(client, email, "certainly not the password"))).toBe("INVALID_CREDENTIALS");
      const hashes = async () =>
        JSON.stringify(await fixture.gateway.query("SELECT password_hash FROM users WHERE id = ?", [tokens.user.id]));
      expect(await hashes()).toContain("$2b$04$");
      for (let times = 0; times < 2; times++) await requireLogIn(client, email);
      expect(await hashes()).toContain("$2b$06$");
    } finally {
      await costly.stop();
    }
  });

  it("PW-08 three-byte characters - 25 of them on every path - follow one rule, and 24 of them do not log in", async () => {
    const word = fixture.registerSecret("鷺鴇鶴鷹鴨鵜鷗鴎雁燕雀烏鳩鶯鷲隼梟鵬鳳凰鶏鴛鴦鸚鵡");
    const long = [...word].slice(0, 25).join("");
    const short = [...word].slice(0, 24).join("");
    expect([Buffer.byteLength(long), [...long].length]).toEqual([75, 25]);
    const expectOnlyLongLogsIn = async (email: string) => {
      expect(outcomeOf(await attempt.logIn(fixture.a.client, email, short))).toBe("INVALID_CREDENTIALS");
      await requireLogIn(fixture.a.client, email, long);
    };
    await expectOnlyLongLogsIn((await fixture.signUpPerson(fixture.a, long)).email);
    const changing = await fixture.signUpPerson();
    const change = { currentPassword: PASSWORD, newPassword: long };
    expect(outcomeOf(await changing.client.run(ChangePasswordDocument, { input: change }))).toBe("PasswordChanged");
    await expectOnlyLongLogsIn(changing.email);
    const { email } = await fixture.signUpPerson();
    fixture.gateway.clock.move({ seconds: 61 });
    await attempt.forgot(fixture.a.client, email);
    const code = await fixture.gateway.mails.nextCode(email);
    const reset = await fixture.a.client.run(ResetPasswordDocument, { input: { handle: { email }, code, newPassword: long } });
    expect(outcomeOf(reset)).toBe("PasswordReset");
    await expectOnlyLongLogsIn(email);
  });
});
