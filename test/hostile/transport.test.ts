import { describe, expect, it } from "vitest";
import { SignUpDocument } from "../support/generated/authentication.js";
import { hostile, outcomeOf } from "../support/hostile.js";
import { freshEmail, PASSWORD } from "../support/people.js";
import { request, speak } from "../support/raw.js";

const stage = hostile({ environment: { MANAGEMENT_ORIGINS: "https://portal.example" } });
const QUERY = "{ application { id } }";
const body = JSON.stringify({ query: QUERY });
const own = () => [`Host: ${new URL(stage.gateway.url).host}`, "Content-Type: application/json", `Content-Length: ${body.length}`];
const speakRaw = async (bytes: string) => stage.note(await speak(stage.gateway.url, bytes));
/** An application whose list has one page. */
const listed = async () => await stage.gateway.createApplication("Listed", "links.origins=https://app.example");

describe("methods and types", () => {
  it("TR-01 GraphQL - by every method but POST - is refused with 405 and what is allowed", async () => {
    const path = `/graphql?query=${encodeURIComponent("mutation { logOut { sessionsEnded } }")}`;
    for (const method of ["GET", "PUT", "PATCH", "DELETE", "HEAD"]) {
      const { status, headers } = await stage.fetch(path, { method, headers: { "x-app-key": stage.a.appKey } });
      expect([method, status, headers.get("allow")]).toEqual([method, 405, "POST, OPTIONS"]);
    }
    for (const method of ["TRACE", "PROPFIND", "SEARCH", "FOO"]) {
      const { status, text } = await speakRaw(request(method, "/graphql", [...own(), "X-Canary: canary-of-trace"], body));
      expect([method, status]).toEqual([method, expect.toSatisfy((code: number) => [400, 404, 405, 501].includes(code))]);
      expect(text).not.toContain("canary-of-trace");
    }
  });

  it("TR-02 GraphQL - other content types, none, query by GET - is refused and runs nothing", async () => {
    const mutation = JSON.stringify({ query: "mutation { logOut { sessionsEnded } }" });
    const types = [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/graphql",
      "application/json, text/plain",
      "text/json",
      "application/json;charset=weird",
      "application/jsonx",
    ];
    await stage.unchanged(async () => {
      for (const type of types) {
        const headers = { "x-app-key": stage.a.appKey, "content-type": type, "apollo-require-preflight": "1" };
        expect([type, (await stage.fetch("/graphql", { method: "POST", headers, body: mutation })).status]).toEqual([type, 415]);
      }
      const none = await speakRaw(
        request("POST", "/graphql", [own()[0] ?? "", `X-App-Key: ${stage.a.appKey}`, `Content-Length: ${body.length}`], body),
      );
      expect(none.status).toBe(415);
      expect((await stage.fetch(`/graphql?query=${encodeURIComponent(QUERY)}`, { headers: { "x-app-key": stage.a.appKey } })).status).toBe(
        405,
      );
    });
  });
});

describe("origins", () => {
  it("TR-03 origin - close to the one on the list, null, other scheme, port or case - is not allowed; exactly it is", async () => {
    const { client, appKey } = await listed();
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
      const preflight = await stage.fetch("/graphql", { method: "OPTIONS", headers: { origin, "access-control-request-method": "POST" } });
      expect([origin, preflight.headers.get("access-control-allow-origin")]).toEqual([origin, null]);
    }
    const right = await client.post({ query: QUERY }, { origin: "https://app.example" });
    expect(right.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect(right.headers.get("vary")).toMatch(/origin/i);
    expect(right.headers.get("access-control-allow-credentials")).toBeNull();
    expect((await stage.a.client.post({ query: QUERY }, { origin: "https://app.example" })).status).toBe(403);
    const management = stage.gateway.management(stage.b.secretKey);
    const viewer = { query: "{ viewer { __typename } }" };
    expect((await management.post(viewer, { origin: "https://app.example" })).status).toBe(403);
    expect((await management.post(viewer, { origin: "https://portal.example" })).status).toBe(200);
    expect(appKey).toMatch(/^lk_app_/);
  });
});

describe("headers and addresses", () => {
  it("TR-05 headers - of answers, errors, link pages and keys - protect, hide the server and keep tokens out of caches", async () => {
    const signedUp = await stage.a.client.run(SignUpDocument, { input: { handle: { email: freshEmail() }, password: PASSWORD } });
    const pages = [
      signedUp,
      await stage.a.client.post("{"),
      await stage.gateway.client().post({ query: QUERY }),
      await stage.fetch("/nowhere"),
      await stage.fetch(`/apps/${stage.a.id}/links/none`),
      await stage.fetch(`/apps/${stage.a.id}/.well-known/jwks.json`),
      await stage.fetch("/health/live"),
    ];
    for (const { headers } of pages) {
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      for (const name of ["x-powered-by", "server", "set-cookie"]) expect(headers.get(name)).toBeNull();
    }
    for (const { headers } of pages.slice(0, 5)) expect(headers.get("cache-control")).toBe("no-store");
  });

  it("TR-08 credentials in the address - token, access_token, appKey - are ignored", async () => {
    const { tokens } = await stage.person();
    const query = `access_token=${tokens.sessionToken}&token=${tokens.sessionToken}&appKey=${stage.a.appKey}&x-app-key=${stage.a.appKey}&authorization=Bearer%20${tokens.sessionToken}`;
    const bare = stage.gateway.client().with({ endpoint: `/graphql?${query}` });
    expect(outcomeOf(await bare.post({ query: "{ me { id } }" }))).toBe("UNAUTHENTICATED");
    expect(outcomeOf(await stage.a.client.with({ endpoint: `/graphql?${query}` }).post({ query: "{ me { id } }" }))).toBe(
      "UNAUTHENTICATED",
    );
    const inBody = { query: "{ me { id } }", token: tokens.sessionToken, extensions: { authorization: `Bearer ${tokens.sessionToken}` } };
    expect(outcomeOf(await stage.a.client.post(inBody))).toBe("UNAUTHENTICATED");
    const cookie = `latchkey_session=${tokens.sessionToken}; token=${tokens.sessionToken}`;
    expect(outcomeOf(await stage.a.client.post({ query: "{ me { id } }" }, { cookie }))).toBe("UNAUTHENTICATED");
  });

  it("TR-09 credentials - malformed, of another scheme, huge, of odd bytes, twice - are refused, first and second alike", async () => {
    const { tokens } = await stage.person();
    const key = `X-App-Key: ${stage.a.appKey}`;
    const me = JSON.stringify({ query: "{ me { id } }" });
    const send = async (...headers: string[]) => {
      const fixed = [own()[0] ?? "", "Content-Type: application/json", `Content-Length: ${me.length}`];
      const { status, text } = await speakRaw(request("POST", "/graphql", [...fixed, ...headers], me));
      return [status, /"code":"(\w+)"/.exec(text)?.[1] ?? (text.includes('"id"') ? "data" : text)];
    };
    const bearer = `Authorization: Bearer ${tokens.sessionToken}`;
    expect(await send(key, bearer)).toEqual([200, "data"]);
    for (const value of [
      "Bearer",
      "Bearer  ",
      "bearer x y",
      "Basic !!!",
      `Bearer ${"x".repeat(10_000)}`,
      "Bearer t\u00f6ken",
      "",
      "Digest x",
      `Bearer ${tokens.sessionToken},`,
      `Bearer ${tokens.sessionToken} ${tokens.sessionToken}`,
      `Basic ${Buffer.from(`x:${tokens.sessionToken}`).toString("base64")}`,
    ])
      expect([value.slice(0, 30), ...(await send(key, `Authorization: ${value}`))]).toEqual([
        value.slice(0, 30),
        expect.toSatisfy((status: number) => status === 401 || status === 400),
        expect.anything(),
      ]);
    for (const twice of [
      [bearer, bearer],
      [bearer, "Authorization: Bearer other"],
      ["Authorization: Bearer other", bearer],
    ])
      expect(await send(key, ...twice)).toEqual([400, "BAD_USER_INPUT"]);
    for (const twice of [
      [key, key],
      [key, `x-app-key: ${stage.b.appKey}`],
      [`x-APP-key: ${stage.b.appKey}`, key],
    ])
      expect(await send(...twice)).toEqual([400, "BAD_USER_INPUT"]);
    expect(await send(`X-App-Key: ${stage.a.appKey}, ${stage.a.appKey}`)).toEqual([401, "UNAUTHENTICATED"]);
  });

  it("TR-10 requests - with two lengths, length and chunks, folded headers, absolute or odd targets, pipelined - smuggle nothing", async () => {
    const key = `X-App-Key: ${stage.a.appKey}`;
    const [host = "", type = "", length = ""] = own();
    const smuggled = request("POST", "/graphql", [host, key, type, length], body);
    const raw: Record<string, string> = {
      "two lengths": request("POST", "/graphql", [host, key, type, length, "Content-Length: 1"], body),
      "length and chunks": request("POST", "/graphql", [host, key, type, length, "Transfer-Encoding: chunked"], `0\r\n\r\n${smuggled}`),
      "odd transfer encoding": request("POST", "/graphql", [host, key, type, "Transfer-Encoding: xchunked"], body),
      "two transfer encodings": request(
        "POST",
        "/graphql",
        [host, key, type, "Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
        `0\r\n\r\n${smuggled}`,
      ),
      "folded header": request("POST", "/graphql", [host, `X-App-Key: ${stage.a.appKey}\r\n  folded`, type, length], body),
      "space before the colon": request("POST", "/graphql", [host, `X-App-Key : ${stage.a.appKey}`, type, length], body),
      "absolute target": request("POST", "http://evil.example/graphql", [host, key, type, length], body),
      "negative length": request("POST", "/graphql", [host, key, type, "Content-Length: -5"], body),
      "bare line feeds": smuggled.replaceAll("\r\n", "\n"),
      "no host": request("POST", "/graphql", [key, type, length], body),
      "header without end": request("POST", "/graphql", [host, key, type, length, `X-Long: ${"x".repeat(40_000)}`], body),
    };
    for (const [name, bytes] of Object.entries(raw)) {
      const { status, whole } = await speakRaw(bytes);
      expect([name, status]).toEqual([name, expect.toSatisfy((code: number) => [0, 400, 404, 405, 415, 431, 501].includes(code))]);
      expect([name, whole.match(/HTTP\/1\.1 200/g)]).toEqual([name, null]);
    }
    const second = request("POST", "/graphql", [host, type, length, "Connection: close"], body);
    const pair = stage.note(await speak(stage.gateway.url, smuggled + second, { toTheEnd: true }));
    expect(pair.whole.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 401"]);
  });
});
