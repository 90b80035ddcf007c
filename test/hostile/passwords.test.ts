import { createRequire } from "node:module";
import { buildSchema, getNamedType, isObjectType, isScalarType } from "graphql";
import { describe, expect, it, vi } from "vitest";
import { TestGateway } from "../support/gateway.js";
import { ChangePasswordDocument, ResetPasswordDocument } from "../support/generated/authentication.js";
import { attempt, hostile, outcomeOf } from "../support/hostile.js";
import { freshEmail, PASSWORD, requireLogIn, signUpPerson } from "../support/people.js";

const stage = hostile();

/** A published list of the most common passwords, most common first. */
const { dictionary } = createRequire(import.meta.url)("@zxcvbn-ts/language-common") as { dictionary: Record<string, string[]> };
const common = (dictionary["passwords-common"] ?? []).filter((password) => password.length >= 10).slice(0, 1500);

const refused = async (password: string, email = freshEmail(), application = stage.a) => {
  const answer = await attempt.signUp(application.client, email, password);
  expect([password, outcomeOf(answer)]).toEqual([password, "PASSWORD_REFUSED"]);
  expect(answer.text).not.toContain(JSON.stringify(password).slice(1, -1));
  return (Object.values(answer.data ?? {})[0] as unknown as { violations: string[] }).violations;
};

describe("what a password must be", () => {
  it("PW-01 sign up - seven characters - are refused and nothing changes", async () => {
    const lenient = await stage.gateway.createApplication("Lenient", "password.minimumLength=8");
    for (const application of [stage.a, lenient])
      expect(await stage.unchanged(() => refused("q7x Zrw", freshEmail(), application))).toEqual(["TOO_SHORT"]);
    expect(outcomeOf(await attempt.signUp(lenient.client, freshEmail(), stage.secret("q7x Zrwk")))).toBe("ConfirmationSent");
  });

  it("PW-02 sign up - 300 of the most common passwords - are refused, never echoed, and nothing changes", async () => {
    const eight = await stage.gateway.createApplication("Eight", "password.minimumLength=8");
    const sample = common.filter((_, index) => index % 5 === 0).slice(0, 300);
    expect(sample).toHaveLength(300);
    await stage.unchanged(async () => {
      for (const password of sample) expect(await refused(password)).toContain("TOO_COMMON");
      for (const password of ["password1", "12345678", "qwertyuiop"])
        expect(await refused(password, freshEmail(), eight)).toContain("TOO_COMMON");
    });
  });

  it("PW-03 sign up - common passwords in capitals - are refused; with a space more, only exactly that logs in", async () => {
    const [one = "", other = ""] = common.filter((password) => /^[a-z]+$/.test(password));
    const mixed = (text: string) => [...text].map((letter, index) => (index % 2 ? letter.toUpperCase() : letter)).join("");
    await stage.unchanged(async () => {
      for (const password of [one.toUpperCase(), mixed(one), other.toUpperCase(), mixed(other)])
        expect(await refused(password)).toContain("TOO_COMMON");
    });
    for (const password of [` ${one}`, `${one} `]) {
      const { email } = await signUpPerson(stage.gateway, stage.a, freshEmail(), { password: stage.secret(password) });
      for (const near of [one, `${one}  `, ` ${one} `])
        expect(outcomeOf(await attempt.logIn(stage.a.client, email, near))).toBe("INVALID_CREDENTIALS");
      await requireLogIn(stage.a.client, email, password);
    }
  });

  it("PW-04 sign up - passwords made of the address or the application's name - are refused", async () => {
    const email = freshEmail("wilhelmina");
    const local = email.split("@")[0] ?? "";
    await stage.unchanged(async () => {
      for (const password of [email, local.padEnd(24, "1"), `${local}!${local}`, "blueheron2026", "BlueHeron!", "Latchkey2026"])
        expect(await refused(password, email)).toContain("CONTAINS_CONTEXT");
    });
  });

  it("PW-05 sign up - small letters and spaces only - is a password like any other", async () => {
    const { email } = await stage.person(stage.a, "amber lamps ad aster");
    await requireLogIn(stage.a.client, email, "amber lamps ad aster");
  });

  it("PW-19 passwords of other types, or of 90 kB - at every operation - are refused before anything is hashed", async () => {
    const { hasher } = stage.gateway.nouns;
    const work = [vi.spyOn(hasher, "hash"), vi.spyOn(hasher, "verify")];
    const handle = { email: freshEmail() };
    const documents = {
      logIn: ["LogInInput!", { handle }, "password"],
      signUp: ["SignUpInput!", { handle }, "password"],
      resetPassword: ["ResetPasswordInput!", { handle, code: "000000" }, "newPassword"],
      changePassword: ["ChangePasswordInput!", { newPassword: "a new long password" }, "currentPassword"],
    } as const;
    await stage.unchanged(async () => {
      for (const [name, [type, rest, field]] of Object.entries(documents))
        for (const password of [7, 1.5, true, null, [], ["x"], {}, { $gt: "" }, "x".repeat(90_000)]) {
          const query = `mutation M($input: ${type}) { ${name}(input: $input) { __typename } }`;
          const answer = await stage.u1.client.post({ query, variables: { input: { ...rest, [field]: password } } });
          expect([name, typeof password, answer.errors[0]?.extensions.code]).toEqual([name, typeof password, "BAD_USER_INPUT"]);
          expect(answer.status).toBe(400);
          expect(answer.text).not.toContain("xxxx");
        }
    });
    expect(work.map(({ mock }) => mock.calls)).toEqual([[], []]);
    vi.restoreAllMocks();
  });

  it("PW-20 application - minimum length 4, -1 or 1000 - is refused; the floor stays and users sign up", async () => {
    const own = await stage.gateway.createApplication("Floor", "password.minimumLength=8");
    for (const length of [4, 7, -1, 0, 1000, "8.5", "null"])
      await expect(stage.gateway.configure(own.id, `password.minimumLength=${length}`)).rejects.toThrow(/minimumLength/);
    expect(await refused("q7x Zrw", freshEmail(), own)).toEqual(["TOO_SHORT"]);
    await stage.person(own);
  });

  it("PW-21 schemas of both APIs - every field of every answer - hold no hash, salt, password or code, and nothing sets another's", async () => {
    for (const name of ["authentication", "management"]) {
      const { text } = await stage.fetch(`/schema/${name}.graphql`);
      const types = Object.values(buildSchema(text).getTypeMap()).filter((type) => isObjectType(type));
      const fields = types.flatMap((type) => Object.values(type.getFields()).filter((field) => isScalarType(getNamedType(field.type))));
      expect(fields.length).toBeGreaterThan(10);
      // The one secret that is shown, to whoever enrolls, once.
      const shown = types.filter((type) => type.name === "TotpEnrollment").map((type) => type.getFields()["secret"]);
      const names = fields.filter((field) => !shown.includes(field)).map((field) => field.name);
      expect(names.filter((field) => /hash|salt|pepper|password|private|sealed|secret|^codes?$|attempts/i.test(field))).toEqual([]);
      const mutations = Object.keys(buildSchema(text).getMutationType()?.getFields() ?? {});
      if (name === "management") expect(mutations.filter((mutation) => /^(set|change).*password/i.test(mutation))).toEqual([]);
    }
  });
});

describe("what is stored", () => {
  const setHash = (id: string, hash: string | null) => stage.gateway.query("UPDATE users SET password_hash = ? WHERE id = ?", [hash, id]);

  it("PW-22 log in - hash blanked, mangled or cut in the database - is refused, and the process lives", async () => {
    const { email, tokens } = await stage.person();
    const [row] = await stage.gateway.query<{ password_hash: string }>("SELECT password_hash FROM users WHERE id = ?", [tokens.user.id]);
    const whole = row?.password_hash ?? "";
    for (const hash of ["", "x", whole.slice(0, 20), whole.slice(0, -1), whole.replace("$04$", "$99$"), `${whole}x`]) {
      await setHash(tokens.user.id, hash);
      for (const password of ["", "x", hash || " ", PASSWORD])
        expect([hash, outcomeOf(await attempt.logIn(stage.a.client, email, password))]).toEqual([hash, "INVALID_CREDENTIALS"]);
      stage.gateway.clock.move({ hours: 2 });
    }
    await setHash(tokens.user.id, whole);
    await requireLogIn(stage.a.client, email);
  });

  it("PW-23 log in - user without a password - only a reset lets them in", async () => {
    const { email, tokens } = await stage.person();
    await stage.gateway.query("UPDATE users SET password_hash = NULL, password_scheme = NULL WHERE id = ?", [tokens.user.id]);
    for (const password of ["", " ", "null", "undefined", "0", "false", PASSWORD])
      expect(outcomeOf(await attempt.logIn(stage.a.client, email, password))).toBe("INVALID_CREDENTIALS");
    stage.gateway.clock.move({ seconds: 61 });
    expect(outcomeOf(await attempt.forgot(stage.a.client, email))).toBe("PasswordResetRequested");
    const code = await stage.gateway.mails.nextCode(email);
    const next = stage.secret("chosen at last by mail");
    expect(outcomeOf(await attempt.reset(stage.a.client, email, code, next))).toBe("PasswordReset");
    await requireLogIn(stage.a.client, email, next);
  });

  it("PW-25 log in - hash of a lower cost - is renewed at today's, and works again", async () => {
    const { email, tokens } = await stage.person();
    const costly = await TestGateway.start({ beside: stage.gateway, environment: { BCRYPT_COST: "6" } });
    try {
      const client = stage.a.client.with({ baseUrl: costly.url });
      expect(outcomeOf(await attempt.logIn(client, email, "certainly not the password"))).toBe("INVALID_CREDENTIALS");
      const hashes = async () =>
        JSON.stringify(await stage.gateway.query("SELECT password_hash FROM users WHERE id = ?", [tokens.user.id]));
      expect(await hashes()).toContain("$2b$04$");
      for (let times = 0; times < 2; times++) await requireLogIn(client, email);
      expect(await hashes()).toContain("$2b$06$");
    } finally {
      await costly.stop();
    }
  });

  it("PW-08 three-byte characters - 25 of them on every path - one rule, and 24 of them do not log in", async () => {
    const word = stage.secret("鷺鴇鶴鷹鴨鵜鷗鴎雁燕雀烏鳩鶯鷲隼梟鵬鳳凰鶏鴛鴦鸚鵡");
    const long = [...word].slice(0, 25).join("");
    const short = [...word].slice(0, 24).join("");
    expect([Buffer.byteLength(long), [...long].length]).toEqual([75, 25]);
    const nobody = async (email: string) => {
      expect(outcomeOf(await attempt.logIn(stage.a.client, email, short))).toBe("INVALID_CREDENTIALS");
      await requireLogIn(stage.a.client, email, long);
    };
    await nobody((await stage.person(stage.a, long)).email);
    const changing = await stage.person();
    const change = { currentPassword: PASSWORD, newPassword: long };
    expect(outcomeOf(await changing.client.run(ChangePasswordDocument, { input: change }))).toBe("PasswordChanged");
    await nobody(changing.email);
    const { email } = await stage.person();
    stage.gateway.clock.move({ seconds: 61 });
    await attempt.forgot(stage.a.client, email);
    const code = await stage.gateway.mails.nextCode(email);
    const reset = await stage.a.client.run(ResetPasswordDocument, { input: { handle: { email }, code, newPassword: long } });
    expect(outcomeOf(reset)).toBe("PasswordReset");
    await nobody(email);
  });
});
