import { afterAll, describe, expect, it } from "vitest";
import { isMysql } from "../support/database.js";
import { TestGateway } from "../support/gateway.js";
import { attempt, hostile, outcomeOf } from "../support/hostile.js";
import { freshEmail, PASSWORD, signUpPerson } from "../support/people.js";
import { request, speak } from "../support/raw.js";

const stage = hostile({ environment: { METRICS_TOKEN: "a-token-for-the-metrics-page" } });
const speakRaw = async (bytes: string) => stage.note(await speak(stage.gateway.url, bytes));

describe("paths", () => {
  it("TR-11 paths - of files, of other servers, climbing, doubly encoded - lead to nothing, and tell no version", async () => {
    const { version } = (await import("../../package.json", { with: { type: "json" } })).default;
    const paths = [
      "/.env",
      "/.git/config",
      "/server.js.map",
      "/src/main.ts",
      "/package.json",
      "/metrics",
      "/admin",
      "/debug",
      "/graphql/",
      "//graphql",
      "/graphql/../health/live",
      "/%2e%2e/%2e%2e/etc/passwd",
      "/playground/../../package.json",
      "/playground/..%2f..%2fpackage.json",
      "/%00",
      "/%zz",
      `/apps/${stage.a.id}`,
      `/apps/${stage.a.id}/links/`,
      `/apps/..%2f${stage.a.id}/links/x`,
      "/apps/%00/links/%00",
      `/apps/${stage.a.id}/links/${"x".repeat(5_000)}`,
      "/development/unknown",
      "/.well-known/security.txt",
      "/graphql;x=1",
      "/GRAPHQL",
    ];
    for (const path of paths) {
      const { status, whole } = await speakRaw(request("GET", path, [`Host: ${new URL(stage.gateway.url).host}`]));
      expect([path, status]).toEqual([path, expect.toSatisfy((code: number) => [400, 404, 405, 414].includes(code))]);
      expect(whole).not.toMatch(/fastify|apollo|express|node\.?js|v2\d\.\d+/i);
      expect(whole).not.toContain(version);
    }
    const { text, status } = await stage.fetch("/health/live?verbose=1&full");
    expect([status, text.length < 40]).toEqual([200, true]);
    expect(text).not.toMatch(/version|uptime|sqlite|mysql/i);
  });

  it("CL-17 link page and mails - return addresses in query and body, a foreign Host - lead nowhere but home", async () => {
    const linked = await stage.gateway.createApplication("Linked", "signUp.flow=LINK", "links.redirects=https://good.example/welcome");
    const evil = [
      "//evil.example",
      "https://evil.example",
      "javascript:alert(1)",
      "https://good.example@evil.example",
      "%2f%2fevil.example",
      "/\\evil.example",
    ];
    const email = freshEmail();
    const client = linked.client.with({
      headers: { "x-forwarded-host": "evil.example", "x-forwarded-proto": "gopher", forwarded: "host=evil.example" },
    });
    expect(outcomeOf(await attempt.signUp(client, email, stage.secret(PASSWORD)))).toBe("ConfirmationSent");
    const { text } = await stage.gateway.mails.next(email);
    const link = /http\S+\/links\/\S+/.exec(text)?.[0] ?? "";
    expect(new URL(link).origin).toBe(new URL(stage.gateway.url).origin);
    const path = new URL(link).pathname;
    for (const url of evil) {
      const page = await stage.fetch(
        `${path}?returnUrl=${encodeURIComponent(url)}&redirect=${encodeURIComponent(url)}&next=${encodeURIComponent(url)}`,
      );
      expect([page.status, page.headers.get("location"), page.text.includes("evil")]).toEqual([200, null, false]);
      for (const name of ["returnUrl", "redirect"])
        expect(outcomeOf(await attempt.signUp(linked.client, freshEmail(), PASSWORD, { [name]: url }))).toBe("BAD_USER_INPUT");
    }
    const form = new URLSearchParams({ returnUrl: "https://evil.example", redirect: "https://evil.example" });
    const done = await stage.fetch(`${path}?redirect=https://evil.example`, { method: "POST", body: form });
    expect([done.status, done.headers.get("location"), done.text.includes("evil")]).toEqual([200, null, false]);
    expect(done.text).toContain("https://good.example/welcome");
  });
});

describe("production", () => {
  let production: TestGateway | undefined;
  afterAll(() => production?.stop());

  it.runIf(isMysql)("TR-07 schema - asked for in production, or guessed with a slip - is not shown and no name is suggested", async () => {
    production = await TestGateway.start({
      environment: { GATEWAY_MODE: "production", PUBLIC_URL: "https://gateway.example", BCRYPT_COST: "10" },
    });
    const baseUrl = production.gateway.server.listeningOrigin;
    const { appKey } = await production.createApplication("Quiet");
    const client = production.client(appKey).with({ baseUrl });
    for (const query of [
      "{ __schema { types { name } } }",
      '{ __type(name: "User") { name } }',
      "{ aplication { id } }",
      "{ application { idd } }",
      "mutation { logInn { x } }",
      "mutation { logIn(imput: 1) { __typename } }",
    ]) {
      const answer = await client.post({ query });
      expect([query, answer.status, outcomeOf(answer)]).toEqual([query, 400, "DOCUMENT_REFUSED"]);
      expect(answer.text).not.toMatch(/did you mean|logIn"|input|Application|User|introspection/i);
    }
    expect(outcomeOf(await client.post({ query: "{ application { id } }" }))).toBe("data");
    const person = await signUpPerson(production, { id: "", appKey, secretKey: "", client });
    expect(person.tokens.jwt).toContain(".");
  });
});
