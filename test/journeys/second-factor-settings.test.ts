import { describe, expect, it } from "vitest";
import { gatewayForFile } from "../support/gateway.js";
import { ApplicationDocument } from "../support/generated/authentication.js";

const gateway = gatewayForFile();
describe("settings", () => {
  it.each([
    ["google", "TOTP"],
    ["none", "NONE"],
    ["TOTP", "TOTP"],
  ])("secondFactor.mode - the value %s - the application reports %s from the next request", async (word, mode) => {
    const { id, client } = await gateway.createApplication();
    const before = await client.expect(ApplicationDocument, {});
    expect(before.application.secondFactor).toEqual({ mode: "NONE", required: false });
    await gateway.configure(id, `secondFactor.mode=${word}`, "secondFactor.required=true");
    const after = await client.expect(ApplicationDocument, {});
    expect(after.application.secondFactor).toEqual({ mode, required: true });
  });

  it.each([
    "secondFactor.mode=facebook",
    "secondFactor.mode=Google",
    "secondFactor.totpHeading=a:b",
    `secondFactor.totpHeading=${"x".repeat(65)}`,
  ])("secondFactor - %s - is rejected, and nothing changes", async (assignment) => {
    const { id, client } = await gateway.createApplication();
    await expect(gateway.configure(id, assignment)).rejects.toThrow(/^secondFactor\./);
    expect((await client.expect(ApplicationDocument, {})).application.secondFactor).toEqual({ mode: "NONE", required: false });
  });
});
