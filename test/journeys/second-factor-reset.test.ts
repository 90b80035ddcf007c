import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import { MeDocument } from "../support/generated/authentication.js";
import { ManagedUserDocument, ResetSecondFactorDocument, ResetSecondFactorsDocument } from "../support/generated/management.js";
import { requireLogIn } from "../support/people.js";
import { beginLogIn, completeLogIn, type PersonWithTotp, signUpWithPhone, signUpWithTotp } from "../support/second-factor.js";
import { FakeTwilio } from "../support/twilio.js";

const TOKEN = "5f2b9c0d7e1a4836b0c9d8e7f6a5b4c3";
let twilio: FakeTwilio;
let gateway: TestGateway;
let application: TestApplication;
beforeAll(async () => {
  twilio = await FakeTwilio.start();
  gateway = await TestGateway.start({ environment: { TWILIO_BASE_URL: twilio.url } });
  application = await gateway.createApplication("Blue Heron", ...twilio.createAccount(TOKEN), "secondFactor.mode=google");
});
afterAll(async () => {
  await gateway.stop();
  await twilio.stop();
});

const reason = "lost the phone";
const auditOf = async (event: string, applicationId: string) =>
  await gateway.query<{ actor: string; details: string }>(
    "SELECT actor, details FROM audit_events WHERE event = ? AND application_id = ? ORDER BY created_at",
    [event, applicationId],
  );

describe("resetSecondFactor", () => {
  it("MF-38 resetSecondFactor - the application's back end, with a reason - factor and codes are removed, sessions ended, user notified, event recorded", async () => {
    const person = await signUpWithTotp(gateway, application);
    const userId = person.tokens.user.id;
    const management = gateway.management(application.secretKey);
    const before = await management.expect(ManagedUserDocument, { applicationId: application.id, userId });
    expect(before.application?.user?.secondFactors).toMatchObject([{ method: "TOTP" }]);
    expect(JSON.stringify(before)).not.toContain(person.authenticator.secret);
    await gateway.mails.next(person.email);
    const { resetSecondFactor } = await management.expect(ResetSecondFactorDocument, {
      input: { applicationId: application.id, userId, reason },
    });
    expect(resetSecondFactor).toMatchObject({ methods: ["TOTP"], user: { id: userId, secondFactors: [] } });
    expect((await gateway.mails.next(person.email)).text).toContain("Google Authenticator (TOTP)");
    expect((await person.client.run(MeDocument, {})).errors[0]?.extensions.code).toBe("UNAUTHENTICATED");
    const [entry] = await auditOf("SECOND_FACTOR_RESET", application.id);
    expect(entry?.actor).toBe("BACK_END");
    expect(JSON.parse(entry?.details ?? "")).toEqual({ userId, methods: ["TOTP"], reason });
    await requireLogIn(application.client, person.email);
    expect(await gateway.query("SELECT * FROM recovery_codes WHERE user_id = ?", [userId])).toEqual([]);
    const again = await management.expect(ResetSecondFactorDocument, { input: { applicationId: application.id, userId, reason } });
    expect(again.resetSecondFactor).toMatchObject({ methods: [] });
  });

  it("MF-38 resetSecondFactor - another application's secret key, no bearer token, a session token, no reason - is rejected, and the factor stays", async () => {
    const person = await signUpWithTotp(gateway, application);
    const other = await gateway.createApplication("Red Kite");
    const input = { applicationId: application.id, userId: person.tokens.user.id, reason };
    const codeOf = async (client: ReturnType<TestGateway["management"]>, change: Partial<typeof input> = {}) =>
      (await client.run(ResetSecondFactorDocument, { input: { ...input, ...change } })).errors[0]?.extensions.code;
    expect(await codeOf(gateway.management(other.secretKey))).toBe("FORBIDDEN");
    expect(await codeOf(gateway.management(other.secretKey), { applicationId: other.id })).toBe("FORBIDDEN");
    expect(await codeOf(gateway.management())).toBe("UNAUTHENTICATED");
    expect(await codeOf(gateway.management(person.tokens.sessionToken))).toBe("UNAUTHENTICATED");
    for (const none of ["", "  ", "x".repeat(201)])
      expect(await codeOf(gateway.management(application.secretKey), { reason: none })).toBe("BAD_USER_INPUT");
    await beginLogIn(application.client, person.email);
  });

  it("waits - after wrong codes - end with the reset", async () => {
    const person = await signUpWithTotp(gateway, application);
    const challengeToken = await beginLogIn(application.client, person.email);
    for (let count = 1; count <= 5; count++)
      await completeLogIn(application.client, challengeToken, { code: person.authenticator.wrongCode() });
    const input = { applicationId: application.id, userId: person.tokens.user.id, reason };
    await gateway.management(application.secretKey).expect(ResetSecondFactorDocument, { input });
    await requireLogIn(application.client, person.email);
  });
});

describe("resetSecondFactors", () => {
  it("one method - counted first, then confirmed with the count - is removed from every user who had it, and from no other", async () => {
    const own = await gateway.createApplication("Many", ...twilio.createAccount(TOKEN), "secondFactor.mode=google");
    const many: PersonWithTotp[] = [];
    for (let count = 0; count < 3; count++) many.push(await signUpWithTotp(gateway, own));
    await gateway.configure(own.id, "secondFactor.mode=phone");
    const phoned = await signUpWithPhone(gateway, twilio, own);
    const management = gateway.management(own.secretKey);
    const reset = async (confirmCount?: number) => {
      const input = { applicationId: own.id, method: "TOTP", reason, ...(confirmCount === undefined ? {} : { confirmCount }) } as const;
      return (await management.expect(ResetSecondFactorsDocument, { input })).resetSecondFactors;
    };
    expect(await reset()).toMatchObject({ count: 3, reset: 0 });
    expect(await reset(2)).toMatchObject({ count: 3, reset: 0 });
    for (const { email } of many) await beginLogIn(own.client, email);
    expect(await reset(3)).toMatchObject({ count: 3, reset: 3 });
    for (const { email } of many) await requireLogIn(own.client, email);
    await beginLogIn(own.client, phoned.email);
    expect(await reset()).toMatchObject({ count: 0, reset: 0 });
    const [entry] = await auditOf("SECOND_FACTORS_RESET", own.id);
    expect(JSON.parse(entry?.details ?? "")).toEqual({ method: "TOTP", count: 3, reset: 3, reason });
    expect(await auditOf("SECOND_FACTOR_RESET", own.id)).toHaveLength(3);
  });
});
