import { describe, expect, it } from "vitest";
import { internalContext } from "../../src/domain/request-context.js";
import { gatewayForFile, type TestApplication } from "../support/gateway.js";

const gateway = gatewayForFile();
const SID = `AC${"0123456789abcdef".repeat(2)}`;
const SERVICE = `MG${"0123456789abcdef".repeat(2)}`;
const TOKEN = "5f2b9c0d7e1a4836b0c9d8e7f6a5b4c3";
const completeSettings = [`twilio.accountSid=${SID}`, `twilio.authToken=${TOKEN}`, "twilio.phoneNumber=+4915112345678"];

const settingsOf = async ({ id }: TestApplication) => (await gateway.services.applicationRegistry.find(id))?.settings;
const applicationRow = async ({ id }: TestApplication) =>
  JSON.stringify(await gateway.query("SELECT * FROM applications WHERE id = ?", [id]));

describe("twilio", () => {
  it("settings - account, token and number - are sufficient for mode SMS; the token is in no table, answer or log", async () => {
    const application = await gateway.createApplication("Complete", ...completeSettings, "secondFactor.mode=phone");
    expect(await settingsOf(application)).toMatchObject({
      secondFactor: { mode: "SMS" },
      twilio: { accountSid: SID, authToken: true, phoneNumber: "+4915112345678" },
    });
    expect(await gateway.dump()).not.toContain(TOKEN);
    expect(gateway.logs.join("")).not.toContain(TOKEN);
    expect(await applicationRow(application)).toContain('\\"authToken\\":true');
  });

  it("settings - a messaging service instead of the number - is sufficient", async () => {
    const application = await gateway.createApplication(
      "Service",
      ...completeSettings.slice(0, 2),
      `twilio.messagingServiceSid=${SERVICE}`,
    );
    await gateway.configure(application.id, "secondFactor.mode=SMS");
    expect(await settingsOf(application)).toMatchObject({ secondFactor: { mode: "SMS" } });
  });

  it.each(
    completeSettings.map((_, index) => index),
  )("mode SMS - without part %i of three - is rejected, and nothing changes", async (left) => {
    const application = await gateway.createApplication("Incomplete", ...completeSettings.filter((_, index) => index !== left));
    const before = await applicationRow(application);
    await expect(gateway.configure(application.id, "secondFactor.mode=SMS")).rejects.toThrow(/^secondFactor\.mode: SMS requires/);
    expect(await applicationRow(application)).toBe(before);
  });

  it.each([
    "twilio.accountSid=",
    "twilio.authToken=",
    "twilio.phoneNumber=",
  ])("mode SMS enabled - %s - cannot be cleared", async (clearing) => {
    const application = await gateway.createApplication("Kept", ...completeSettings, "secondFactor.mode=SMS");
    await expect(gateway.configure(application.id, clearing)).rejects.toThrow(/^secondFactor\.mode: SMS requires/);
    expect(await gateway.services.applicationSecrets.decrypt(application.id, "twilio.authToken")).toBe(TOKEN);
    await gateway.configure(application.id, "secondFactor.mode=none", clearing);
    expect(await settingsOf(application)).toMatchObject({ secondFactor: { mode: "NONE" } });
  });

  it("token - replaced, cleared, application deleted - the old value is removed each time", async () => {
    const application = await gateway.createApplication("Changing", ...completeSettings);
    const held = () => gateway.services.applicationSecrets.decrypt(application.id, "twilio.authToken");
    await gateway.configure(application.id, "twilio.authToken=another-token-of-that-account");
    expect(await held()).toBe("another-token-of-that-account");
    await gateway.configure(application.id, "twilio.authToken=");
    expect([await held(), (await settingsOf(application))?.twilio.authToken]).toEqual([null, false]);
    await gateway.configure(application.id, `twilio.authToken=${TOKEN}`);
    const { ApplicationLifecycle } = await import("../../src/management/index.js");
    await new ApplicationLifecycle(gateway.services).delete(internalContext("OPERATOR"), application.id);
    expect(await gateway.query("SELECT name FROM application_secrets WHERE application_id = ?", [application.id])).toEqual([]);
  });

  it("UP-07 token - moved to another application's row - cannot be decrypted", async () => {
    const [one, other] = [
      await gateway.createApplication("One", ...completeSettings),
      await gateway.createApplication("Other", ...completeSettings),
    ];
    const [row] = await gateway.query<{ value_sealed: string }>("SELECT value_sealed FROM application_secrets WHERE application_id = ?", [
      one.id,
    ]);
    await gateway.query("UPDATE application_secrets SET value_sealed = ? WHERE application_id = ?", [row?.value_sealed, other.id]);
    await expect(gateway.services.applicationSecrets.decrypt(other.id, "twilio.authToken")).rejects.toThrow(/Cannot decrypt/);
  });

  it.each([
    "twilio.accountSid=SK0123456789abcdef0123456789abcdef",
    "twilio.authToken=with a space",
    "twilio.authToken=short",
    "twilio.phoneNumber=0151 12345678",
    "twilio.phoneNumber=+49",
    "twilio.messagingServiceSid=AC0123456789abcdef0123456789abcdef",
    'twilio.countries=["DE","Atlantis"]',
    "twilio.messagesPerDay=0",
    "twilio.secret=x",
    "twilio.auth-token=a-token-with-a-typing-mistake",
  ])("settings - %s - is rejected without repeating the value", async (assignment) => {
    const application = await gateway.createApplication("Refusing");
    const value = assignment.slice(assignment.indexOf("=") + 1);
    const failure = await gateway.configure(application.id, assignment).catch((error: Error) => error.message);
    expect(failure).toMatch(/twilio/);
    if (value.length > 2) expect(failure).not.toContain(value);
  });

  it("countries - one bare item, lower case - are stored as codes", async () => {
    const application = await gateway.createApplication("Countries", "twilio.countries=de");
    expect((await settingsOf(application))?.twilio.countries).toEqual(["DE"]);
  });
});
