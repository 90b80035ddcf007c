import { describe, expect, it } from "vitest";
import { hostileFixture } from "../support/hostile-fixture.js";

const fixture = hostileFixture({ environment: { MANAGEMENT_ORIGINS: "https://portal.example" } });
const QUERY = "{ application { id } }";
/** An application whose list has one page. */
const createListedApplication = async () => await fixture.gateway.createApplication("Listed", "links.origins=https://app.example");

describe("origins", () => {
  it("TR-03 origin - similar to an allowed one, null, other scheme, port or case - is rejected; the exact one is allowed", async () => {
    const { client, appKey } = await createListedApplication();
    const wrong = [
      "null",
      "http://app.example",
      "https://app.example.evil.test",
      "https://evil-app.example",
      "https://app.example:8443",
      "HTTPS://APP.EXAMPLE",
      "https://app.example/",
      "https://app.example.",
      "https://app.example https://evil.example",
      "https://portal.example",
      "",
      "*",
    ];
    for (const origin of wrong) {
      const { status, headers } = await client.post({ query: QUERY }, { origin });
      expect([origin, status, headers.get("access-control-allow-origin")]).toEqual([origin, 403, null]);
      const preflight = await fixture.fetch("/graphql", {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "POST" },
      });
      expect([origin, preflight.headers.get("access-control-allow-origin")]).toEqual([origin, null]);
    }
    const right = await client.post({ query: QUERY }, { origin: "https://app.example" });
    expect(right.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect(right.headers.get("vary")).toMatch(/origin/i);
    expect(right.headers.get("access-control-allow-credentials")).toBeNull();
    expect((await fixture.a.client.post({ query: QUERY }, { origin: "https://app.example" })).status).toBe(403);
    const management = fixture.gateway.management(fixture.b.secretKey);
    const viewer = { query: "{ viewer { __typename } }" };
    expect((await management.post(viewer, { origin: "https://app.example" })).status).toBe(403);
    expect((await management.post(viewer, { origin: "https://portal.example" })).status).toBe(200);
    expect(appKey).toMatch(/^lk_app_/);
  });

  it.each([
    ["capacitor://localhost", "capacitor://localhost"],
    ["ionic://localhost", "ionic://localhost"],
    ["tauri://localhost", "tauri://localhost"],
    ["app://-:8080", "app://-:8080"],
    ["Capacitor://LocalHost/", "capacitor://localhost"],
    ["https://App.Example/", "https://app.example"],
    ["HTTPS://app.example:443", "https://app.example"],
    ["https://m\u00fcnchen.example", "https://xn--mnchen-3ya.example"],
  ])("B-12 origin - setting %s - allows preflight and POST of %s only", async (typed, origin) => {
    const { client } = await fixture.gateway.createApplication("Hybrid", `links.origins=${typed}`);
    for (const [sent, status] of [
      [origin, 200],
      [`${origin}.evil.example`, 403],
      [`${origin}/`, 403],
      [origin.toUpperCase(), 403],
    ] as const) {
      const expected = [sent, status === 200 ? sent : null];
      const answer = await client.post({ query: QUERY }, { origin: sent });
      expect([sent, answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([sent, status, expected[1]]);
      const preflight = { method: "OPTIONS", headers: { origin: sent, "access-control-request-method": "POST" } };
      expect([sent, (await fixture.fetch("/graphql", preflight)).headers.get("access-control-allow-origin")]).toEqual(expected);
    }
  });

  it.each([
    ["https://*.example", /wildcards/],
    ["capacitor://*", /wildcards|SCHEME/],
    ["*", /such as https/],
    ["app.example", /such as https/],
    ["javascript://localhost", /scheme/],
    ["data://localhost", /scheme/],
    ["file://localhost", /scheme/],
    ["myapp://localhost", /scheme/],
    ["https://app.example/path", /without user, path/],
    ["https://app.example?x", /without user, path/],
    ["https://user@app.example", /without user, path/],
    ["capacitor://localhost/index.html", /without user, path/],
    ["capacitor://user@localhost", /without user, path/],
    ["capacitor://localhost//", /without user, path/],
    ["capacitor://", /such as https/],
  ])("B-12 origin - setting %s - is refused with the reason", async (origin, reason) => {
    const { gateway, a } = fixture;
    for (const assignment of [`links.origins=${origin}`, `links.origins=["https://app.example","${origin}"]`])
      await expect(gateway.configure(a.id, assignment)).rejects.toThrow(reason);
  });

  it("B-12 origin - stored wildcard of an earlier release - stays, and other settings can be changed", async () => {
    const { gateway } = fixture;
    const { id, client } = await gateway.createApplication("Earlier");
    const settings = JSON.stringify({ links: { origins: ["https://*.example"] } });
    await gateway.query("UPDATE applications SET settings = ? WHERE id = ?", [settings, id]);
    await gateway.configure(id, "signUp.codeMinutes=7", 'links.origins=["https://*.example","https://app.example"]');
    expect((await client.post({ query: QUERY }, { origin: "https://app.example" })).status).toBe(200);
    expect((await client.post({ query: QUERY }, { origin: "https://www.example" })).status).toBe(403);
  });

  it("origin - disallowed, in many requests - is named in the answer, and in the log once a minute with the setting", async () => {
    const { gateway } = fixture;
    const { id, client } = await createListedApplication();
    const origin = `https://\u00fcber.example/${"x".repeat(5_000)}`;
    const linesOf = (applicationId: string | undefined, setting: string) =>
      gateway.logs.filter((line) => {
        const entry = JSON.parse(line) as { msg: string; applicationId?: string; setting?: string };
        return /disallowed origin/.test(entry.msg) && entry.applicationId === applicationId && entry.setting === setting;
      });
    gateway.clock.move({ minutes: 2 });
    const [before, atManagement] = [linesOf(undefined, "links.origins").length, linesOf(undefined, "MANAGEMENT_ORIGINS").length];
    for (let times = 0; times < 3; times++) {
      const answer = await client.post({ query: QUERY }, { origin });
      expect(answer.errors[0]).toMatchObject({
        message: expect.stringContaining("not allowed: it is not in links.origins."),
        extensions: { code: "FORBIDDEN" },
      });
      await fixture.fetch("/graphql", { method: "OPTIONS", headers: { origin, "access-control-request-method": "POST" } });
      const management = await gateway.management(fixture.b.secretKey).post({ query: "{ viewer { __typename } }" }, { origin });
      expect(management.errors[0]?.message).toContain("not in MANAGEMENT_ORIGINS.");
    }
    expect(linesOf(id, "links.origins")).toHaveLength(1);
    expect(linesOf(undefined, "links.origins")).toHaveLength(before + 1);
    expect(linesOf(undefined, "MANAGEMENT_ORIGINS")).toHaveLength(atManagement + 1);
    const [line = "{}"] = linesOf(id, "links.origins");
    expect((JSON.parse(line) as { origin: string }).origin).toMatch(/^https:\/\/[\x20-\x7e]{192}$/);
    gateway.clock.move({ minutes: 1 });
    await client.post({ query: QUERY }, { origin });
    expect(linesOf(id, "links.origins")).toHaveLength(2);
  });
});
