import { describe, expect, it } from "vitest";
import { settingsGroups } from "../../src/domain/applications/index.js";
import { gatewayForFile } from "../support/gateway.js";
import {
  ChangeHandleDocument,
  CompleteSignUpDocument,
  ConfirmHandleDocument,
  ForgotPasswordDocument,
  RefreshSessionDocument,
  ResetPasswordDocument,
} from "../support/generated/authentication.js";
import { beginSignUp, signUpPerson, uniqueEmail } from "../support/people.js";

const gateway = gatewayForFile();
describe("numeric settings", () => {
  it("code digits - set to eight and nine - apply to the codes of sign-up, reset and change of address", async () => {
    const application = await gateway.createApplication("Long", "signUp.codeDigits=8", "password.resetCodeDigits=9");
    const email = uniqueEmail();
    const ticket = await beginSignUp(application.client, email);
    const code = await gateway.mails.nextCode(email);
    expect(code).toMatch(/^\d{8}$/);
    const { completeSignUp } = await application.client.expect(CompleteSignUpDocument, { input: { handle: { email }, code, ticket } });
    if (completeSignUp.__typename !== "LoggedIn") throw new Error(JSON.stringify(completeSignUp));
    const person = application.client.with({ token: completeSignUp.sessionToken });

    await application.client.expect(ForgotPasswordDocument, { input: { handle: { email } } });
    const resetCode = await gateway.mails.nextCode(email);
    expect(resetCode).toMatch(/^\d{9}$/);
    const reset = { handle: { email }, code: resetCode, newPassword: "another hedgehog of hers" };

    const moved = uniqueEmail("moved-");
    await person.expect(ChangeHandleDocument, { input: { handle: { email: moved } } });
    const changeCode = await gateway.mails.nextCode(moved);
    expect(changeCode).toMatch(/^\d{8}$/);
    const changed = await person.expect(ConfirmHandleDocument, { input: { code: changeCode } });
    expect(changed.confirmHandle.__typename).toBe("HandleChanged");
    expect((await application.client.expect(ResetPasswordDocument, { input: reset })).resetPassword.__typename).toBe("InvalidCode");
  });

  it("change of address - after signUp.codeMinutes - the code is rejected", async () => {
    const application = await gateway.createApplication("Brief", "signUp.codeMinutes=2");
    const person = await signUpPerson(gateway, application);
    const moved = uniqueEmail("late-");
    await person.client.expect(ChangeHandleDocument, { input: { handle: { email: moved } } });
    const mail = await gateway.mails.next(moved);
    expect(mail.text).toContain("2 minutes");
    const code = /^\d{6}$/m.exec(mail.text)?.[0] ?? "";
    gateway.clock.move({ minutes: 2, seconds: 1 });
    const { confirmHandle } = await person.client.expect(ConfirmHandleDocument, { input: { code } });
    expect(confirmHandle.__typename).toBe("InvalidCode");
  });

  it("refresh - repeated within a grace of 30 seconds, then after it - gets the same tokens, then others", async () => {
    const application = await gateway.createApplication("Slow network", "session.refreshGraceSeconds=30");
    const { tokens } = await signUpPerson(gateway, application);
    const refresh = async () =>
      (await application.client.expect(RefreshSessionDocument, { input: { refreshToken: tokens.refreshToken } })).refreshSession;
    const first = await refresh();
    gateway.clock.move({ seconds: 25 });
    expect(await refresh()).toMatchObject({ __typename: "LoggedIn", refreshToken: (first as { refreshToken: string }).refreshToken });
    gateway.clock.move({ seconds: 6 });
    const replaced = await refresh();
    expect(replaced.__typename).toBe("LoggedIn");
    expect((replaced as { refreshToken: string }).refreshToken).not.toBe((first as { refreshToken: string }).refreshToken);
  });

  const bounds = Object.entries(settingsGroups).flatMap(([group, { shape }]) =>
    Object.entries(shape).flatMap(([field, schema]) => {
      const { minimum, maximum } = schema.toJSONSchema({ io: "input" }) as { minimum?: number; maximum?: number };
      return minimum === undefined ? [] : [[`${group}.${field}`, minimum, maximum ?? Number.NaN] as const];
    }),
  );
  it.each(
    bounds,
  )("PW-20 settings - %s - accepts its minimum and maximum, and rejects values below, above or fractional", async (name, floor, ceiling) => {
    const application = await gateway.createApplication("Bounds");
    for (const value of [floor, ceiling]) await gateway.configure(application.id, `${name}=${value}`);
    for (const value of [floor - 1, ceiling + 1, floor + 0.5, -1000, "1e99", "NaN", "null", ""])
      await expect(gateway.configure(application.id, `${name}=${value}`), String(value)).rejects.toThrow(name);
  });
});
