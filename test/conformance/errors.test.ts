import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { print } from "graphql";
import { beforeAll, describe, expect, it } from "vitest";
import { errorCatalogue } from "../../src/platform/errors/index.js";
import type { Answer, Client } from "../support/client.js";
import { isMysql } from "../support/database.js";
import { gatewayForFile, type TestApplication, TestGateway } from "../support/gateway.js";
import {
  AcceptInvitationDocument,
  ApplicationDocument,
  CompleteLogInDocument,
  CompleteSignUpDocument,
  DeleteAccountDocument,
  EnrollSmsDocument,
  EnrollTotpDocument,
  LogInDocument,
  MeDocument,
  RefreshSessionDocument,
  SetLocaleDocument,
  SignUpDocument,
} from "../support/generated/authentication.js";
import { ManagedApplicationDocument } from "../support/generated/management.js";
import { PASSWORD, signUpPerson, uniqueEmail } from "../support/people.js";

const gateway = gatewayForFile();
type AnyCode = keyof typeof errorCatalogue;
/** What an answer was refused with: the code of its union member or its first top-level error. */
interface ErrorAnswer {
  readonly code: string;
  readonly status: number;
  readonly answer: Answer<unknown>;
}

let application: TestApplication;
beforeAll(async () => {
  application = await gateway.createApplication();
});

const signUp = (client: Client, more: object = {}) =>
  client.run(SignUpDocument, { input: { handle: { email: uniqueEmail() }, password: PASSWORD, ...more } });
const logIn = (client: Client, email: string, password: string) => client.run(LogInDocument, { input: { handle: { email }, password } });
const guess = async (client: Client, times: number, email = uniqueEmail()) => {
  for (let count = 1; count < times; count++) await logIn(client, email, "certainly not the password");
  return await logIn(client, email, "certainly not the password");
};

function errorAnswerOf(answer: Answer<unknown>): ErrorAnswer {
  const [member] = Object.values((answer.data ?? {}) as Record<string, { code?: string } | null>);
  const code = answer.errors[0]?.extensions.code ?? member?.code;
  if (!code) throw new Error(`Nothing was refused: ${answer.text}`);
  return { code, status: answer.status, answer };
}

/** A gateway whose database has gone away: the connection to a server is cut, the embedded one is closed. */
async function withoutDatabase(): Promise<Answer<unknown>> {
  const sockets = new Set<Socket>();
  const { hostname = "", port = "" } = isMysql ? new URL(gateway.database.url) : {};
  const proxy = createServer((incoming) => {
    const outgoing = connect(Number(port || 3306), hostname);
    for (const socket of [incoming, outgoing]) sockets.add(socket.on("error", () => {}));
    incoming.pipe(outgoing).pipe(incoming);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const url = new URL(isMysql ? gateway.database.url : "mysql://unused");
  url.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const disconnectedGateway = await TestGateway.start({ shareDatabaseOf: gateway, environment: isMysql ? { DATABASE_URL: url.href } : {} });
  try {
    if (!isMysql) await disconnectedGateway.services.database.close();
    proxy.close();
    for (const socket of sockets) socket.destroy();
    return await application.client.with({ baseUrl: disconnectedGateway.url }).run(ApplicationDocument, {});
  } finally {
    await disconnectedGateway.stop();
  }
}

/** Reading corrupt metadata causes an unexpected error. */
async function withBrokenRow(): Promise<Answer<unknown>> {
  const person = await signUpPerson(gateway, application);
  await gateway.query("UPDATE users SET metadata = ? WHERE id = ?", ["{ broken row", person.tokens.user.id]);
  return await person.client.run(MeDocument, {});
}

/** One request for every code of the catalogue. */
const requests: Record<AnyCode, () => Promise<Answer<unknown>>> = {
  SIGN_UP_CLOSED: async () => signUp((await gateway.createApplication("Closed", "signUp.enabled=false")).client),
  HANDLE_UNAVAILABLE: async () => {
    const open = await gateway.createApplication("Open", "signUp.flow=NONE");
    const handle = { email: uniqueEmail() };
    await signUp(open.client, { handle });
    return await signUp(open.client, { handle });
  },
  INVITATIONS_CLOSED: async () => {
    const closed = await gateway.createApplication("Closed", "invitation.enabled=false");
    return await closed.client.run(AcceptInvitationDocument, {
      input: { handle: { email: uniqueEmail() }, code: "00000000", password: PASSWORD },
    });
  },
  HANDLE_INVALID: () => signUp(application.client, { handle: { email: "not an address" } }),
  PASSWORD_REFUSED: () => signUp(application.client, { password: "short" }),
  METADATA_REFUSED: () => signUp(application.client, { metadata: { unknown: "field" } }),
  LOCALE_REFUSED: async () => (await signUpPerson(gateway, application)).client.run(SetLocaleDocument, { input: { locale: "xx" } }),
  REAUTHENTICATION_REQUIRED: async () => {
    const { client } = await signUpPerson(gateway, application);
    gateway.clock.move({ minutes: 6 });
    return await client.run(DeleteAccountDocument, {});
  },
  INVALID_CREDENTIALS: () => guess(application.client, 1),
  INVALID_CODE: () => application.client.run(CompleteSignUpDocument, { input: { handle: { email: uniqueEmail() }, code: "000000" } }),
  CHALLENGE_ENDED: () =>
    application.client.run(CompleteLogInDocument, { input: { challengeToken: "lk_chl_unknown", proof: { code: "000000" } } }),
  PHONE_NOT_VERIFIED: async () => {
    const { client } = await signUpPerson(gateway, application);
    const sid = `AC${"0".repeat(32)}`;
    const account = [`twilio.accountSid=${sid}`, "twilio.authToken=an-unused-auth-token", "twilio.phoneNumber=+14155550123"];
    await gateway.configure(application.id, ...account, "secondFactor.mode=SMS");
    const answer = await client.run(EnrollSmsDocument, {});
    await gateway.configure(application.id, "secondFactor.mode=NONE");
    return answer;
  },
  SECOND_FACTOR_OFF: async () => (await signUpPerson(gateway, application)).client.run(EnrollTotpDocument, {}),
  TOO_MANY_ATTEMPTS: () => guess(application.client.with({ address: "192.0.2.1" }), 6),
  SESSION_ENDED: () => application.client.run(RefreshSessionDocument, { input: { refreshToken: "lk_ref_unknown" } }),
  ACCOUNT_SUSPENDED: async () => {
    const { email, tokens } = await signUpPerson(gateway, application);
    await gateway.query("UPDATE users SET status = 'SUSPENDED' WHERE id = ?", [tokens.user.id]);
    return await logIn(application.client, email, PASSWORD);
  },
  UNAUTHENTICATED: () => gateway.client("lk_app_unknown-key-of-the-right-length").run(ApplicationDocument, {}),
  FORBIDDEN: () => application.client.with({ headers: { origin: "https://evil.example" } }).run(ApplicationDocument, {}),
  RATE_LIMITED: async () => {
    const ask = () => application.client.with({ address: "192.0.2.2" }).run(ApplicationDocument, {});
    const answers = await gateway.clock.whileFrozen(() => Promise.all(Array.from({ length: 100 }, ask)));
    return answers.find(({ status }) => status !== 200) ?? (await ask());
  },
  BAD_USER_INPUT: () => application.client.post({ query: print(LogInDocument), variables: { input: 7 } }),
  DOCUMENT_REFUSED: () => application.client.post({ query: "{ nothing }" }),
  PERSISTED_QUERY_NOT_SUPPORTED: () => application.client.post({ extensions: { persistedQuery: { version: 1, sha256Hash: "0" } } }),
  UNAVAILABLE: withoutDatabase,
  INTERNAL_SERVER_ERROR: withBrokenRow,
};
/** Codes of requests that are rejected before execution; the other codes come from resolvers. */
const rejectedBeforeExecution: readonly string[] = [
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "RATE_LIMITED",
  "BAD_USER_INPUT",
  "DOCUMENT_REFUSED",
  "UNAVAILABLE",
];

describe("catalogue", () => {
  it.each(
    Object.keys(errorCatalogue) as AnyCode[],
  )("error - %s - is answered in its place, with its status and a message", async (code) => {
    const refused = errorAnswerOf(await requests[code]());
    expect(refused.code).toBe(code);
    const entry = errorCatalogue[code];
    expect(refused.status).toBe(rejectedBeforeExecution.includes(code) && "status" in entry ? entry.status : 200);
    expect(refused.answer.errors.length).toBe(entry.place === "top" ? 1 : 0);
    const sentence =
      refused.answer.errors[0]?.message ??
      (Object.values(refused.answer.data as Record<string, { message: string }>)[0]?.message as string);
    expect(sentence).toMatch(/^[A-Z].{10,200}\.$|^Cannot query field|^PersistedQueryNotSupported$/);
    expect(refused.answer.headers.get("cache-control")).toBe("no-store");
  });

  it("errors - RATE_LIMITED and UNAVAILABLE - carry a retry delay, in the header too", async () => {
    for (const code of ["RATE_LIMITED", "UNAVAILABLE"] as const) {
      gateway.clock.move({ minutes: 1 });
      const { answer } = errorAnswerOf(await requests[code]());
      const { retryAfterSeconds } = answer.errors[0]?.extensions ?? {};
      expect(retryAfterSeconds).toBeGreaterThan(0);
      expect(answer.headers.get("retry-after")).toBe(String(retryAfterSeconds));
    }
  });

  it("errors - Accept-Language - changes the message, not the code", async () => {
    const answers = await Promise.all(
      ["en", "de-AT", "fr;q=0.9, xx"].map((language) => guess(application.client.with({ headers: { "accept-language": language } }), 1)),
    );
    expect(new Set(answers.map((answer) => errorAnswerOf(answer).code))).toEqual(new Set(["INVALID_CREDENTIALS"]));
    expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(3);
  });

  it("errors - schemas of both APIs - list exactly the codes of the catalogue", async () => {
    const sdl = await (await fetch(`${gateway.url}/schema/authentication.graphql`)).text();
    const [, body = ""] = /enum ErrorCode \{([^}]*)\}/.exec(sdl) ?? [];
    const listed = body.match(/^ {2}[A-Z_]+$/gm)?.map((line) => line.trim());
    const union = Object.entries(errorCatalogue).flatMap(([code, { place }]) => (place === "union" ? [code] : []));
    expect(listed?.sort()).toEqual(union.sort());
  });
});

describe("unexpected errors", () => {
  it("unexpected error - broken row - answers a message and an id; the cause is logged under that id only", async () => {
    const answer = await withBrokenRow();
    const [error] = answer.errors;
    const id = error?.extensions.id ?? "?";
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(error?.message).toBe("Something went wrong on our side.");
    expect(Object.keys(error?.extensions ?? {}).sort()).toEqual(["code", "id"]);
    expect(answer.text).not.toMatch(/JSON|SyntaxError|broken|stack|node_modules|\.ts|\.js/);
    const entries = gateway.logs.map((line) => JSON.parse(line) as Record<string, unknown>).filter((entry) => entry["id"] === id);
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({
      level: 50,
      msg: "unexpected error",
      err: { name: "SyntaxError", stack: expect.stringContaining("at ") },
    });
    expect(entries[0]?.["requestId"]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("unexpected error - two occurrences - two ids", async () => {
    const ids = [await withBrokenRow(), await withBrokenRow()].map(({ errors }) => errors[0]?.extensions.id);
    expect(new Set(ids).size).toBe(2);
  });

  it("unexpected error - broken settings - rejected before execution with 500 and an id; other applications are served", async () => {
    const broken = await gateway.createApplication("Broken");
    await gateway.query("UPDATE applications SET settings = ?, settings_version = 9 WHERE id = ?", [
      '{"token":{"lifetimeMinutes":-1}}',
      broken.id,
    ]);
    const answer = await broken.client.run(ApplicationDocument, {});
    expect(answer.status).toBe(500);
    expect(answer.errors[0]?.extensions).toMatchObject({ code: "INTERNAL_SERVER_ERROR", id: expect.any(String) });
    expect(answer.text).not.toContain("lifetimeMinutes");
    expect((await application.client.run(ApplicationDocument, {})).status).toBe(200);
  });

  it("TR-06 unexpected error - a driver's error - is masked, and logged without SQL and parameters", async () => {
    const own = await TestGateway.start();
    try {
      const { client } = await own.createApplication("Driver", "signUp.flow=NONE");
      await own.query("ALTER TABLE sessions RENAME TO sessions_gone");
      const answer = await signUp(client.with({ headers: { "user-agent": "marker of this request" } }));
      expect(answer.errors[0]?.extensions).toMatchObject({ code: "INTERNAL_SERVER_ERROR", id: expect.any(String) });
      expect(answer.text).not.toMatch(/sessions|table|INSERT/i);
      const log = own.logs.join("\n");
      expect(log).toContain(answer.errors[0]?.extensions.id);
      expect(log).not.toMatch(/INSERT INTO|marker of this/);
    } finally {
      await own.stop();
    }
  });
});

describe("Management API", () => {
  it.each([
    ["UNAUTHENTICATED", undefined, ""],
    ["UNAUTHENTICATED", "lk_sec_unknown", ""],
    ["FORBIDDEN", "own", "11111111-1111-4111-8111-111111111111"],
  ])("Management API - %s with %j - is answered in errors with data null", async (code, secret, id) => {
    const client = gateway.management(secret === "own" ? application.secretKey : secret);
    const answer = await client.run(ManagedApplicationDocument, { id: id || application.id });
    expect([answer.errors[0]?.extensions.code, answer.data]).toEqual([code, { application: null }]);
  });
});
