import { describe, expect, it } from "vitest";
import type { Client } from "../support/client.js";
import { LogInDocument, MeDocument } from "../support/generated/authentication.js";
import { ManagedApplicationDocument } from "../support/generated/management.js";
import { hostileFixture } from "../support/hostile-fixture.js";

const fixture = hostileFixture();
const messageOf = async (client: Client) => {
  const { errors } = await client.run(MeDocument, {});
  expect(errors[0]?.extensions.code).toBe("UNAUTHENTICATED");
  return errors[0]?.message;
};

describe("UNAUTHENTICATED in development", () => {
  it("X-App-Key - missing, of another kind, unknown - is explained by its prefix without repeating it", async () => {
    const { gateway, a } = fixture;
    expect(await messageOf(gateway.client())).toMatch(/X-App-Key is missing: .*\(lk_app_\.\.\.\)\.$/);
    const wrong = await messageOf(gateway.client(a.secretKey));
    expect(wrong).toMatch(/X-App-Key carries the secret key of an application: .*lk_app_/);
    expect(wrong).not.toContain(a.secretKey);
    expect(await messageOf(gateway.client("something"))).toMatch(/X-App-Key carries something else/);
  });

  it("bearer token - missing, of another kind, malformed - is explained by its prefix; unknown and ended ones alike", async () => {
    const { client, tokens } = await fixture.signUpPerson();
    const withToken = (token: string | undefined) => messageOf(client.with({ token }));
    expect(await withToken(undefined)).toMatch(/Authorization is missing: .*\(lk_ses_\.\.\.\)\.$/);
    expect(await withToken(tokens.refreshToken)).toMatch(/Authorization carries a refresh token/);
    expect(await withToken(tokens.jwt)).toMatch(/Authorization carries a JWT/);
    expect(await withToken("two words")).toMatch(/must have the form: Bearer TOKEN/);
    await client.post({ query: "mutation { logOut { sessionsEnded } }" });
    expect(await withToken(tokens.sessionToken)).toBe(await withToken(`lk_ses_${"A".repeat(86)}`));
    const { errors } = await fixture.gateway.management(fixture.a.appKey).run(ManagedApplicationDocument, { id: fixture.a.id });
    expect(errors[0]?.message).toMatch(/Authorization carries the public key of an application: .*lk_sec_/);
  });
});

describe("BAD_USER_INPUT", () => {
  it.each<[string, unknown, string, string]>([
    ["wrong type", { handle: { email: 7_654_321 }, password: "p" }, "input.handle.email", "Expected String at input.handle.email."],
    ["missing field", { handle: { email: "a" } }, "input.password", "Expected String! at input.password."],
    ["null", { handle: { email: "a" }, password: null }, "input.password", "Expected String! at input.password."],
    ["text in place of an object", "canary-7654321", "input", "Expected LogInInput! at input."],
    ["nothing", undefined, "input", "Expected LogInInput! at input."],
    ["no choice", { handle: {}, password: "p" }, "input.handle", "Expected HandleInput! with exactly one field at input.handle."],
    ["unknown field", { handle: { email: "a" }, password: "p", canary7654321: 1 }, "input", "Expected LogInInput! at input."],
    ["a path as name", { 'x at "input.canary7654321"; ': 1 }, "input", "Expected LogInInput! at input."],
    ["too long", { handle: { email: "7654321".repeat(2_000) }, password: "p" }, "input.handle.email", "The value is too long"],
  ])("log in - %s - names path and expected type, never the value", async (_, input, path, explanation) => {
    const answer = await fixture.a.client.run(LogInDocument, { input } as never);
    expect(answer.errors[0]).toMatchObject({
      message: expect.stringContaining(explanation),
      extensions: { code: "BAD_USER_INPUT", path },
    });
    expect(answer.text).not.toContain("7654321");
  });
});
