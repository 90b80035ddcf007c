import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { SignUpDocument } from "../support/generated/authentication.js";
import { hostileFixture, outcomeOf } from "../support/hostile-fixture.js";
import { PASSWORD, uniqueEmail } from "../support/people.js";
import { formatRequest, sendRaw } from "../support/raw-http.js";

const fixture = hostileFixture({ environment: { MANAGEMENT_ORIGINS: "https://portal.example" } });
const QUERY = "{ application { id } }";
const body = JSON.stringify({ query: QUERY });
const baseHeaders = () => [
  `Host: ${new URL(fixture.gateway.url).host}`,
  "Content-Type: application/json",
  `Content-Length: ${body.length}`,
];
const sendRawRequest = async (bytes: string) => fixture.recordAnswer(await sendRaw(fixture.gateway.url, bytes));

describe("methods and types", () => {
  it("TR-01 GraphQL - every method except POST - is rejected with 405 and the allowed methods", async () => {
    const path = `/graphql?query=${encodeURIComponent("mutation { logOut { sessionsEnded } }")}`;
    for (const method of ["GET", "PUT", "PATCH", "DELETE", "HEAD"]) {
      const { status, headers } = await fixture.fetch(path, { method, headers: { "x-app-key": fixture.a.appKey } });
      expect([method, status, headers.get("allow")]).toEqual([method, 405, "POST, OPTIONS"]);
    }
    for (const method of ["TRACE", "PROPFIND", "SEARCH", "FOO"]) {
      const { status, text } = await sendRawRequest(
        formatRequest(method, "/graphql", [...baseHeaders(), "X-Canary: canary-of-trace"], body),
      );
      expect([method, status]).toEqual([method, expect.toSatisfy((code: number) => [400, 404, 405, 501].includes(code))]);
      expect(text).not.toContain("canary-of-trace");
    }
  });

  it("TR-02 GraphQL - other content types, none, query by GET - is rejected and executes nothing", async () => {
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
    await fixture.expectUnchanged(async () => {
      for (const type of types) {
        const headers = { "x-app-key": fixture.a.appKey, "content-type": type, "apollo-require-preflight": "1" };
        expect([type, (await fixture.fetch("/graphql", { method: "POST", headers, body: mutation })).status]).toEqual([type, 415]);
      }
      const none = await sendRawRequest(
        formatRequest(
          "POST",
          "/graphql",
          [baseHeaders()[0] ?? "", `X-App-Key: ${fixture.a.appKey}`, `Content-Length: ${body.length}`],
          body,
        ),
      );
      expect(none.status).toBe(415);
      expect(
        (await fixture.fetch(`/graphql?query=${encodeURIComponent(QUERY)}`, { headers: { "x-app-key": fixture.a.appKey } })).status,
      ).toBe(405);
    });
  });
});

describe("headers and credentials", () => {
  it("TR-05 headers - of answers, errors, link pages and keys - are protective, hide the server and keep tokens out of caches", async () => {
    const signedUp = await fixture.a.client.run(SignUpDocument, { input: { handle: { email: uniqueEmail() }, password: PASSWORD } });
    const pages = [
      signedUp,
      await fixture.a.client.post("{"),
      await fixture.gateway.client().post({ query: QUERY }),
      await fixture.fetch("/nowhere"),
      await fixture.fetch(`/apps/${fixture.a.id}/links/none`),
      await fixture.fetch(`/apps/${fixture.a.id}/.well-known/jwks.json`),
      await fixture.fetch("/health/live"),
    ];
    for (const { headers } of pages) {
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      for (const name of ["x-powered-by", "server", "set-cookie"]) expect(headers.get(name)).toBeNull();
    }
    for (const { headers } of pages.slice(0, 5)) expect(headers.get("cache-control")).toBe("no-store");
  });

  it("TR-08 credentials in the URL - token, access_token, appKey - are ignored", async () => {
    const { tokens } = await fixture.signUpPerson();
    const query = `access_token=${tokens.sessionToken}&token=${tokens.sessionToken}&appKey=${fixture.a.appKey}&x-app-key=${fixture.a.appKey}&authorization=Bearer%20${tokens.sessionToken}`;
    const bare = fixture.gateway.client().with({ endpoint: `/graphql?${query}` });
    expect(outcomeOf(await bare.post({ query: "{ me { id } }" }))).toBe("UNAUTHENTICATED");
    expect(outcomeOf(await fixture.a.client.with({ endpoint: `/graphql?${query}` }).post({ query: "{ me { id } }" }))).toBe(
      "UNAUTHENTICATED",
    );
    const inBody = { query: "{ me { id } }", token: tokens.sessionToken, extensions: { authorization: `Bearer ${tokens.sessionToken}` } };
    expect(outcomeOf(await fixture.a.client.post(inBody))).toBe("UNAUTHENTICATED");
    const cookie = `latchkey_session=${tokens.sessionToken}; token=${tokens.sessionToken}`;
    expect(outcomeOf(await fixture.a.client.post({ query: "{ me { id } }" }, { cookie }))).toBe("UNAUTHENTICATED");
  });

  it("TR-09 credentials - malformed, other scheme, oversized, unexpected bytes, repeated - are rejected regardless of order", async () => {
    const { tokens } = await fixture.signUpPerson();
    const key = `X-App-Key: ${fixture.a.appKey}`;
    const me = JSON.stringify({ query: "{ me { id } }" });
    const send = async (...headers: string[]) => {
      const fixed = [baseHeaders()[0] ?? "", "Content-Type: application/json", `Content-Length: ${me.length}`];
      const { status, text } = await sendRawRequest(formatRequest("POST", "/graphql", [...fixed, ...headers], me));
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
      [key, `x-app-key: ${fixture.b.appKey}`],
      [`x-APP-key: ${fixture.b.appKey}`, key],
    ])
      expect(await send(...twice)).toEqual([400, "BAD_USER_INPUT"]);
    expect(await send(`X-App-Key: ${fixture.a.appKey}, ${fixture.a.appKey}`)).toEqual([401, "UNAUTHENTICATED"]);
  });

  it("TR-10 requests - two lengths, length and chunks, folded headers, absolute or unusual targets, pipelined - smuggle no request", async () => {
    const key = `X-App-Key: ${fixture.a.appKey}`;
    const [host = "", type = "", length = ""] = baseHeaders();
    const smuggled = formatRequest("POST", "/graphql", [host, key, type, length], body);
    const raw: Record<string, string> = {
      "two lengths": formatRequest("POST", "/graphql", [host, key, type, length, "Content-Length: 1"], body),
      "length and chunks": formatRequest(
        "POST",
        "/graphql",
        [host, key, type, length, "Transfer-Encoding: chunked"],
        `0\r\n\r\n${smuggled}`,
      ),
      "odd transfer encoding": formatRequest("POST", "/graphql", [host, key, type, "Transfer-Encoding: xchunked"], body),
      "two transfer encodings": formatRequest(
        "POST",
        "/graphql",
        [host, key, type, "Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
        `0\r\n\r\n${smuggled}`,
      ),
      "folded header": formatRequest("POST", "/graphql", [host, `X-App-Key: ${fixture.a.appKey}\r\n  folded`, type, length], body),
      "space before the colon": formatRequest("POST", "/graphql", [host, `X-App-Key : ${fixture.a.appKey}`, type, length], body),
      "absolute target": formatRequest("POST", "http://evil.example/graphql", [host, key, type, length], body),
      "negative length": formatRequest("POST", "/graphql", [host, key, type, "Content-Length: -5"], body),
      "bare line feeds": smuggled.replaceAll("\r\n", "\n"),
      "no host": formatRequest("POST", "/graphql", [key, type, length], body),
      "header without end": formatRequest("POST", "/graphql", [host, key, type, length, `X-Long: ${"x".repeat(40_000)}`], body),
    };
    for (const [name, bytes] of Object.entries(raw)) {
      const { status, fullText: whole } = await sendRawRequest(bytes);
      expect([name, status]).toEqual([name, expect.toSatisfy((code: number) => [0, 400, 404, 405, 415, 431, 501].includes(code))]);
      expect([name, whole.match(/HTTP\/1\.1 200/g)]).toEqual([name, null]);
    }
    const second = formatRequest("POST", "/graphql", [host, type, length, "Connection: close"], body);
    const pair = fixture.recordAnswer(await sendRaw(fixture.gateway.url, smuggled + second, { toTheEnd: true }));
    expect(pair.fullText.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 401"]);
  });
});

describe("connections", () => {
  it("F-06 request - client hangs up before the application is looked up, or within the body - is no error", async () => {
    const { gateway } = fixture;
    const { server } = gateway.gateway.server;
    const key = `X-App-Key: ${fixture.a.appKey}`;
    const [host = "", type = "", length = ""] = baseHeaders();
    const connectAndSend = async (bytes: string) => {
      const client = connect(Number(new URL(gateway.url).port), "127.0.0.1");
      client.on("error", () => {});
      const [accepted] = (await once(server, "connection")) as [Socket];
      client.write(bytes);
      const closed = new Promise((resolve) => accepted.once("close", resolve));
      return { hangUp: () => Promise.all([closed, client.resetAndDestroy()]) };
    };
    const linesBefore = gateway.logs.length;

    const directory = gateway.services.applicationDirectory;
    const find = directory.findActiveByAppKey.bind(directory);
    const lookUp = vi.spyOn(directory, "findActiveByAppKey");
    const found = new Promise<void>((resolve) => {
      lookUp.mockImplementationOnce(async (appKey) => {
        await connection.hangUp();
        setImmediate(resolve);
        return await find(appKey);
      });
    });
    const connection = await connectAndSend(formatRequest("POST", "/graphql", [host, key, type, length], body));
    await found;
    lookUp.mockRestore();

    const incomplete = await connectAndSend(formatRequest("POST", "/graphql", [host, key, type, "Content-Length: 500"], body));
    await incomplete.hangUp();

    expect((await fixture.a.client.post({ query: QUERY })).status).toBe(200);
    expect(gateway.logs.slice(linesBefore).filter((line) => /"level":(40|50|60)|INTERNAL_SERVER_ERROR/.test(line))).toEqual([]);
    expect((await fixture.fetch("/metrics")).text).not.toContain("latchkey_errors_total{");
  });
});
