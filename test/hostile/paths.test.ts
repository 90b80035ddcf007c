import { afterAll, describe, expect, it } from "vitest";
import { isMysql } from "../support/database.js";
import { TestGateway } from "../support/gateway.js";
import { attempt, hostileFixture, outcomeOf } from "../support/hostile-fixture.js";
import { PASSWORD, signUpPerson, uniqueEmail } from "../support/people.js";
import { formatRequest, sendRaw } from "../support/raw-http.js";

const fixture = hostileFixture({ environment: { METRICS_TOKEN: "a-token-for-the-metrics-page" } });
const sendRawRequest = async (bytes: string) => fixture.recordAnswer(await sendRaw(fixture.gateway.url, bytes));

describe("paths", () => {
  it("TR-11 paths - files, other servers, traversal, double encoding - return nothing and no version", async () => {
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
      `/apps/${fixture.a.id}`,
      `/apps/${fixture.a.id}/links/`,
      `/apps/..%2f${fixture.a.id}/links/x`,
      "/apps/%00/links/%00",
      `/apps/${fixture.a.id}/links/${"x".repeat(5_000)}`,
      "/development/unknown",
      "/.well-known/security.txt",
      "/graphql;x=1",
      "/GRAPHQL",
    ];
    for (const path of paths) {
      const { status, fullText: whole } = await sendRawRequest(formatRequest("GET", path, [`Host: ${new URL(fixture.gateway.url).host}`]));
      expect([path, status]).toEqual([path, expect.toSatisfy((code: number) => [400, 404, 405, 414].includes(code))]);
      expect(whole).not.toMatch(/fastify|apollo|express|node\.?js|v2\d\.\d+/i);
      expect(whole).not.toContain(version);
    }
    const { text, status } = await fixture.fetch("/health/live?verbose=1&full");
    expect([status, text.length < 40]).toEqual([200, true]);
    expect(text).not.toMatch(/version|uptime|sqlite|mysql/i);
  });

  it("CL-17 link page and mails - return URLs in query and body, a foreign Host - redirect to configured URLs only", async () => {
    const linked = await fixture.gateway.createApplication("Linked", "signUp.flow=LINK", "links.redirects=https://good.example/welcome");
    const evil = [
      "//evil.example",
      "https://evil.example",
      "javascript:alert(1)",
      "https://good.example@evil.example",
      "%2f%2fevil.example",
      "/\\evil.example",
    ];
    const email = uniqueEmail();
    const client = linked.client.with({
      headers: { "x-forwarded-host": "evil.example", "x-forwarded-proto": "gopher", forwarded: "host=evil.example" },
    });
    expect(outcomeOf(await attempt.signUp(client, email, fixture.registerSecret(PASSWORD)))).toBe("ConfirmationSent");
    const { text } = await fixture.gateway.mails.next(email);
    const link = /http\S+\/links\/\S+/.exec(text)?.[0] ?? "";
    expect(new URL(link).origin).toBe(new URL(fixture.gateway.url).origin);
    const path = new URL(link).pathname;
    for (const url of evil) {
      const page = await fixture.fetch(
        `${path}?returnUrl=${encodeURIComponent(url)}&redirect=${encodeURIComponent(url)}&next=${encodeURIComponent(url)}`,
      );
      expect([page.status, page.headers.get("location"), page.text.includes("evil")]).toEqual([200, null, false]);
      for (const name of ["returnUrl", "redirect"])
        expect(outcomeOf(await attempt.signUp(linked.client, uniqueEmail(), PASSWORD, { [name]: url }))).toBe("BAD_USER_INPUT");
    }
    const form = new URLSearchParams({ returnUrl: "https://evil.example", redirect: "https://evil.example" });
    const done = await fixture.fetch(`${path}?redirect=https://evil.example`, { method: "POST", body: form });
    expect([done.status, done.headers.get("location"), done.text.includes("evil")]).toEqual([200, null, false]);
    expect(done.text).toContain("https://good.example/welcome");
  });
});

describe("path prefix of PUBLIC_URL", () => {
  it("link page - proxy that removes the prefix, or keeps it - link, stylesheet, form, redirect and APIs work", async () => {
    const gateway = await TestGateway.start({ environment: { PUBLIC_URL: "http://example.localhost/auth" } });
    try {
      const { listeningOrigin } = gateway.gateway.server;
      const proxies = {
        keeping: (url: string | URL, init?: RequestInit) => fetch(listeningOrigin + new URL(url).pathname, { redirect: "manual", ...init }),
        removing: (url: string | URL, init?: RequestInit) =>
          fetch(listeningOrigin + new URL(url).pathname.replace(/^\/auth(?=\/)/, ""), { redirect: "manual", ...init }),
      };
      const { id, client } = await gateway.createApplication("Prefixed", "signUp.flow=LINK");
      for (const [name, request] of Object.entries(proxies)) {
        const email = uniqueEmail();
        const endpoint = name === "keeping" ? "/auth/graphql" : "/graphql";
        expect(outcomeOf(await attempt.signUp(client.with({ baseUrl: listeningOrigin, endpoint }), email))).toBe("ConfirmationSent");
        const link = /http\S+\/links\/\S+/.exec((await gateway.mails.next(email)).text)?.[0] ?? "";
        expect(link.startsWith(`http://example.localhost/auth/apps/${id}/links/`)).toBe(true);
        const page = await request(link);
        expect([name, page.status]).toEqual([name, 200]);
        const text = await page.text();
        expect(text).toContain('<form method="post"');
        expect(text).not.toContain("action=");
        const styles = new URL(/<link rel="stylesheet" href="([^"]+)"/.exec(text)?.[1] ?? "", link);
        expect(styles.href).toBe("http://example.localhost/auth/links.css");
        expect((await request(styles)).headers.get("content-type")).toContain("text/css");
        expect([name, (await request(link, { method: "POST", body: new URLSearchParams() })).status]).toEqual([name, 200]);
        const start = await request("http://example.localhost/auth/");
        expect(new URL(start.headers.get("location") ?? "", "http://example.localhost/auth/").pathname).toBe("/auth/playground");
        expect((await request(`http://example.localhost/auth/apps/${id}/.well-known/jwks.json`)).status).toBe(200);
      }
      for (const path of ["/authx/health/live", "/auth/auth/health/live", "/AUTH/health/live"])
        expect([path, (await fetch(listeningOrigin + path)).status]).toEqual([path, 404]);
    } finally {
      await gateway.stop();
    }
  });
});

describe("production", () => {
  let production: TestGateway | undefined;
  afterAll(() => production?.stop());

  it.runIf(isMysql)("TR-07 schema - introspection in production, or misspelled names - is not shown and no name is suggested", async () => {
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
    const unauthenticated = await client.with({ token: "lk_ref_none" }).post({ query: "{ me { id } }" });
    expect(unauthenticated.errors[0]?.message).toBe("Not logged in, or the application key is not valid.");
    const person = await signUpPerson(production, { id: "", appKey, secretKey: "", client });
    expect(person.tokens.jwt).toContain(".");
  });
});
