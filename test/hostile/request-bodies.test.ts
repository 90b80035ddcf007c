import { createHash } from "node:crypto";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { hostileFixture, outcomeOf } from "../support/hostile-fixture.js";
import { formatRequest, sendRaw } from "../support/raw-http.js";

const fixture = hostileFixture();
const QUERY = "{ application { id } }";
const body = JSON.stringify({ query: QUERY });
const host = () => new URL(fixture.gateway.url).host;
const baseHeaders = () => [`Host: ${host()}`, `X-App-Key: ${fixture.a.appKey}`, "Content-Type: application/json"];
const post = async (headers: readonly string[], content = "", timeoutMs?: number) =>
  fixture.recordAnswer(
    await sendRaw(fixture.gateway.url, formatRequest("POST", "/graphql", headers, content), timeoutMs === undefined ? {} : { timeoutMs }),
  );
/** Milliseconds of some work beside those of a trivial request. */
async function relativeDuration(work: () => Promise<unknown>): Promise<number> {
  const measure = async (what: () => Promise<unknown>) => {
    const started = performance.now();
    await what();
    return performance.now() - started;
  };
  const trivial = [];
  for (let index = 0; index < 9; index++) trivial.push(await measure(() => fixture.a.client.post({ query: QUERY })));
  return (await measure(work)) / (trivial.sort((a, b) => a - b)[4] ?? 1);
}

describe("documents", () => {
  const refused = async (query: string, more: object = {}) => outcomeOf(await fixture.a.client.post({ query, ...more }));

  it("IL-01 document - deeper than the limit, by fields or fragments - is rejected", async () => {
    const types = (depth: number): string => (depth === 1 ? "name" : `ofType { ${types(depth - 1)} }`);
    const document = (depth: number) => `{ application { id } __type(name: "User") { fields { type { ${types(depth - 3)} } } } }`;
    expect(await refused(document(8))).toBe("data");
    expect(await refused(document(9))).toBe("DOCUMENT_REFUSED");
    const chain = Array.from({ length: 4 }, (_, index) => `fragment F${index} on __Type { ofType { ...F${index + 1} } }`).join(" ");
    const hidden = `${chain} fragment F4 on __Type { ofType { ofType { name } } }`;
    expect(await refused(`{ application { id } __type(name: "User") { fields { type { ...F0 } } } } ${hidden}`)).toBe("DOCUMENT_REFUSED");
    expect(
      await refused(
        `{ application { id } __type(name: "User") { fields { type { ...F2 } } } } ${hidden.slice(hidden.indexOf("fragment F2"))}`,
      ),
    ).toBe("data");
  });

  it("IL-02 IL-03 document - too many aliases, fields, tokens, directives, comments - is rejected as fast as any other", async () => {
    const many = (count: number, one: (index: number) => string) => Array.from({ length: count }, (_, index) => one(index)).join(" ");
    const documents = [
      `{ application { ${many(11, (index) => `a${index}: id`)} } }`,
      `{ ${many(20_000, () => "__typename")} }`,
      `{ application { ${many(990, () => "id")} } me { id } me { id } me { id } }`,
      `{ application { id ${many(9_000, () => "@a")} } }`,
      `{ application { id ${many(11, () => "@include(if: true)")} } }`,
      `{ application { id } } ${many(500, (index) => `fragment F${index} on Application { id }`)}`,
      "query ".repeat(10_000),
      `{ ${many(6, (index) => `a${index}: __typename`)} ${many(6, (index) => `b${index}: application { id }`)} }`,
    ];
    await fixture.expectUnchanged(async () => {
      for (const query of documents) expect([query.slice(0, 40), await refused(query)]).toEqual([query.slice(0, 40), "DOCUMENT_REFUSED"]);
      expect(await relativeDuration(() => refused(documents[1] ?? ""))).toBeLessThan(30);
      expect(await relativeDuration(() => refused(documents[3] ?? ""))).toBeLessThan(30);
    });
    const comments = `{ application { id } } ${many(1_000, () => "# nothing\n")}`;
    expect((await fixture.a.client.post({ query: comments })).status).toBe(200);
  });

  it("IL-04 document - fragment cycles, exponential fragments, unused fragments - is rejected as fast as any other", async () => {
    const circle = "{ me { ...A } } fragment A on User { ...B } fragment B on User { ...A }";
    const doubling = `{ me { ...F0 } } ${Array.from({ length: 40 }, (_, i) => `fragment F${i} on User { ...F${i + 1} ...F${i + 1} }`).join(" ")} fragment F40 on User { id }`;
    const heap = `{ me { id } } ${Array.from({ length: 5_000 }, (_, index) => `fragment F${index} on User { id }`).join(" ")}`;
    await fixture.expectUnchanged(async () => {
      for (const query of [circle, doubling, heap.slice(0, 99_000)]) expect(await refused(query)).toBe("DOCUMENT_REFUSED");
      expect(await relativeDuration(() => refused(doubling))).toBeLessThan(30);
    });
  });

  it("IL-20 request - upload, subscription, unknown, several or no operation, persisted queries - is rejected", async () => {
    await fixture.expectUnchanged(async () => {
      for (const query of [
        "",
        " ",
        "#",
        "{}",
        "{",
        "subscription { me { id } }",
        "{ application { id } } { application { id } }",
        "query A { me { id } } query B { me { id } }",
        "fragment A on User { id }",
        "type A { id: ID }",
        "subscription { __typename }",
        "{ nothing }",
      ])
        expect([query, await refused(query)]).toEqual([query, "DOCUMENT_REFUSED"]);
      expect(await refused(QUERY, { operationName: "Missing" })).toBe("DOCUMENT_REFUSED");
      for (const more of [
        { operationName: 1 },
        { variables: "x" },
        { variables: [] },
        { extensions: [] },
        { query: ["x"] },
        { query: { a: 1 } },
      ])
        expect([more, await refused(QUERY, more)]).toEqual([more, "DOCUMENT_REFUSED"]);
    });
  });

  it("TH-24 persisted queries - registered in large numbers - are not stored", async () => {
    for (let index = 0; index < 50; index++) {
      const extensions = { persistedQuery: { version: 1, sha256Hash: index.toString(16).padStart(64, "0") } };
      expect(await refused(QUERY, { extensions })).toBe("data");
      expect(outcomeOf(await fixture.a.client.post({ extensions }))).toBe("PERSISTED_QUERY_NOT_SUPPORTED");
    }
  });

  it("B-08 persisted query - hash without document - is answered so that Apollo clients send the whole document", async () => {
    const sha256Hash = createHash("sha256").update(QUERY).digest("hex");
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    const client = fixture.a.client.with({ headers: { "accept-language": "de" } });
    for (const hashOnly of [
      { variables: {}, extensions },
      { query: "", extensions },
      { query: null, extensions },
    ]) {
      const answer = await client.post(hashOnly);
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.text)).toEqual({
        errors: [{ message: "PersistedQueryNotSupported", extensions: { code: "PERSISTED_QUERY_NOT_SUPPORTED" } }],
      });
    }
    expect(outcomeOf(await client.post({ query: QUERY, extensions }))).toBe("data");
    expect(outcomeOf(await client.post({ query: QUERY }))).toBe("data");
    expect((await fixture.gateway.client().post({ extensions })).status).toBe(401);
    for (const malformed of [{ query: 1, extensions }, { query: ["x"], extensions }, { extensions: "persistedQuery" }, {}])
      expect(outcomeOf(await client.post(malformed))).toBe("DOCUMENT_REFUSED");
  });

  it("TH-02 TH-03 TH-04 mutations - hundreds of aliases, batches, fragments, directives, two operations - never execute more than one", async () => {
    const logIn = (alias: string) => `${alias}: logIn(input: $input) { __typename }`;
    const head = "mutation M($input: LogInInput!, $yes: Boolean = true)";
    const victim = await fixture.signUpPerson();
    const variables = { input: { handle: { email: victim.email }, password: "a wrong password" } };
    const many = Array.from({ length: 500 }, (_, index) => logIn(`a${index}`)).join(" ");
    const documents = [
      `${head} { ${many} }`,
      `${head} { ${logIn("a")} ${logIn("b")} }`,
      `${head} { ${logIn("a")} logOut { sessionsEnded } }`,
      `${head} { ${logIn("a")} ... on Mutation { ${logIn("b")} } }`,
      `${head} { ...A } fragment A on Mutation { ${logIn("a")} ...B } fragment B on Mutation { ${logIn("b")} }`,
      `${head} { ... @include(if: $yes) { ${logIn("a")} } ... @skip(if: false) { ${logIn("b")} } }`,
      `${head} { ${logIn("a")} } mutation N($input: LogInInput!) { ${logIn("a")} ${logIn("b")} }`,
    ];
    const buckets = () => fixture.gateway.query("SELECT * FROM throttle_buckets ORDER BY 1");
    const before = await buckets();
    await fixture.expectUnchanged(async () => {
      for (const query of documents)
        expect(outcomeOf(await fixture.a.client.post({ query, variables, operationName: "M" }))).toBe("DOCUMENT_REFUSED");
      const batch = Array.from({ length: 100 }, () => ({ query: `${head} { ${logIn("a")} }`, variables }));
      expect(outcomeOf(await fixture.a.client.post(batch))).toBe("DOCUMENT_REFUSED");
      expect(await relativeDuration(() => fixture.a.client.post({ query: documents[0], variables }))).toBeLessThan(30);
    });
    expect(await buckets()).toEqual(before);
  });
});

describe("bodies", () => {
  it("IL-06 body - one byte over the limit, wrong length, endless chunks - is rejected or the connection closed", async () => {
    const large = JSON.stringify({ query: QUERY, variables: { a: "x".repeat(100_000) } });
    const over = await fixture.a.client.post(large);
    expect([over.status, outcomeOf(over)]).toEqual([413, "DOCUMENT_REFUSED"]);
    const declared = await post([...baseHeaders(), "Content-Length: 100001"]);
    expect(declared.status).toBe(413);
    const short = await post([...baseHeaders(), `Content-Length: ${body.length - 5}`], body);
    expect([400, 0]).toContain(short.status);
    const chunk = `1000\r\n${"x".repeat(4096)}\r\n`;
    const endless = await post([...baseHeaders(), "Transfer-Encoding: chunked"], chunk.repeat(200));
    expect([413, 0]).toContain(endless.status);
    const management = fixture.gateway.management(fixture.b.secretKey);
    expect(
      (await management.post(JSON.stringify({ query: "{ viewer { __typename } }", variables: { a: "x".repeat(1_000_001) } }))).status,
    ).toBe(413);
  });

  it("IL-08 body - compressed, also as a decompression bomb - is rejected without decompression", async () => {
    const bomb = Buffer.alloc(20_000_000, 32);
    const encodings: [string, Buffer][] = [
      ["gzip", gzipSync(bomb)],
      ["deflate", deflateSync(bomb)],
      ["br", brotliCompressSync(Buffer.from(body))],
      ["gzip, gzip", gzipSync(gzipSync(bomb))],
      ["zstd", Buffer.from(body)],
    ];
    for (const [encoding, bytes] of encodings) {
      const headers = { "x-app-key": fixture.a.appKey, "content-type": "application/json", "content-encoding": encoding };
      const { status } = await fixture.fetch("/graphql", { method: "POST", headers, body: new Uint8Array(bytes) });
      expect([encoding, status]).toEqual([encoding, expect.toSatisfy((code: number) => code === 415 || code === 413)]);
    }
  });

  it("IL-17 body - UTF-16, UTF-7, broken UTF-8, byte order mark, other charsets - is rejected", async () => {
    const send = async (bytes: Buffer, type = "application/json") => {
      const headers = { "x-app-key": fixture.a.appKey, "content-type": type };
      return (await fixture.fetch("/graphql", { method: "POST", headers, body: new Uint8Array(bytes) })).status;
    };
    expect(await send(Buffer.from(body))).toBe(200);
    expect(await send(Buffer.from(body), 'application/json; charset="UTF-8"')).toBe(200);
    expect(await send(Buffer.from(body, "utf16le"))).toBe(400);
    expect(await send(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(body)]))).toBe(400);
    expect(await send(Buffer.concat([Buffer.from(body.slice(0, -2)), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from('"}')]))).toBe(400);
    expect(await send(Buffer.from(""))).toBe(400);
    for (const charset of ["utf-16", "utf-7", "latin1", "utf-8; charset=utf-16", "x", ""])
      expect(await send(Buffer.from(body), `application/json; charset=${charset}`)).toBe(415);
  });

  it("IL-19 connections - hundreds that send one byte at a time - time out while others are served", async () => {
    const head = formatRequest("POST", "/graphql", [...baseHeaders(), "Content-Length: 500"]);
    const started = performance.now();
    const slow = Array.from({ length: 200 }, (_, index) =>
      sendRaw(fixture.gateway.url, index % 2 ? `${head}{` : head.slice(0, 60), { timeoutMs: 30_000 }),
    );
    for (let index = 0; index < 20; index++) expect((await fixture.a.client.post({ query: QUERY })).status).toBe(200);
    for (const answer of await Promise.all(slow)) expect([408, 0]).toContain(answer.status);
    expect(performance.now() - started).toBeLessThan(28_000);
  });
});
