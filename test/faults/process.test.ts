import { statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import jsonwebtoken from "jsonwebtoken";
import { JwksClient } from "jwks-rsa";
import { beforeAll, describe, expect, it } from "vitest";
import { Client } from "../support/client.js";
import { MASTER_KEYS } from "../support/gateway.js";
import {
  ApplicationDocument,
  CompleteSignUpDocument,
  ForgotPasswordDocument,
  MeDocument,
  RefreshSessionDocument,
  ResetPasswordDocument,
} from "../support/generated/authentication.js";
import { ViewerDocument } from "../support/generated/management.js";
import { beginSignUp, logIn, PASSWORD, requireLogIn, uniqueEmail } from "../support/people.js";
import {
  createTemporaryFolder,
  ensureBuilt,
  eventually,
  FAST_HASHING,
  GatewayProcess,
  type Variables,
  withGatewayRestarts,
} from "../support/process.js";

interface InboxMail {
  readonly code: string | null;
}

beforeAll(ensureBuilt, 200_000);

const complete = async (client: Client, email: string, code: string, ticket: string) =>
  (await client.expect(CompleteSignUpDocument, { input: { handle: { email }, code, ticket } })).completeSignUp;
/** The newest code kept for this address. */
async function inboxCode(gateway: GatewayProcess, email: string, except?: string): Promise<string> {
  return await eventually("a kept mail with a code", async () => {
    const mails = (await (await fetch(`${gateway.url}/development/inbox.json?to=${email}`)).json()) as InboxMail[];
    return mails.map(({ code }) => code).find((code) => code !== null && code !== except) ?? undefined;
  });
}

describe("graceful shutdown", () => {
  it("stop - F-03 SIGTERM during a request - the request is answered, then the process exits with 0 within seconds", async () => {
    await withGatewayRestarts(async (start) => {
      const gateway = await start();
      const body = JSON.stringify({ query: "{ application { name } }" });
      const head = [
        "POST /graphql HTTP/1.1",
        `Host: ${new URL(gateway.url).host}`,
        "Content-Type: application/json",
        `Content-Length: ${body.length}`,
        `X-App-Key: ${gateway.demoValues["LATCHKEY_APP_KEY"]}`,
        "Expect: 100-continue",
      ];
      let answer = "";
      // Like a proxy, this client keeps its connection for further requests.
      const connection = connect(gateway.port, "127.0.0.1").setEncoding("utf8");
      connection.on("data", (chunk: string) => {
        answer += chunk;
      });
      connection.write(`${head.join("\r\n")}\r\n\r\n`);
      await eventually("100 Continue", () => answer.startsWith("HTTP/1.1 100 "));
      gateway.signal("SIGTERM");
      await gateway.waitForLog("shutting down, draining connections");
      connection.write(body);
      await eventually("the answer", () => answer.includes('"name":"Demo"'));
      const answered = performance.now();
      expect(answer).toContain("HTTP/1.1 200 OK");
      expect(await gateway.exitStatus).toEqual({ code: 0, signal: null });
      expect(performance.now() - answered).toBeLessThan(10_000);
      connection.destroy();
      await expect(fetch(`${gateway.url}/health/live`)).rejects.toThrow();
      expect(gateway.logs.at(-1)).toMatchObject({ msg: "stopped" });
    });
  });

  it("stop - SHUTDOWN_DELAY_SECONDS - serves on while not ready; a second signal ends the process at once", async () => {
    await withGatewayRestarts(async (start) => {
      const gateway = await start({ SHUTDOWN_DELAY_SECONDS: "300" });
      gateway.signal("SIGTERM");
      await gateway.waitForLog("shutting down, draining connections");
      expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(503);
      expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
      expect((await gateway.client.run(ApplicationDocument, {})).status).toBe(200);
      const signalled = performance.now();
      gateway.signal("SIGTERM");
      expect((await gateway.exitStatus).signal).toBeNull();
      expect(performance.now() - signalled).toBeLessThan(10_000);
    });
  });

  it("stop - SHUTDOWN_DELAY_SECONDS has passed - the port is closed and the process exits with 0", async () => {
    await withGatewayRestarts(async (start) => {
      const gateway = await start({ SHUTDOWN_DELAY_SECONDS: "1" });
      gateway.signal("SIGTERM");
      expect(await gateway.exitStatus).toEqual({ code: 0, signal: null });
      const [begun, stopped] = ["shutting down, draining connections", "stopped"].map((message) =>
        Number(gateway.logs.find(({ msg }) => msg === message)?.["time"]),
      );
      expect(Number(stopped) - Number(begun)).toBeGreaterThanOrEqual(1000);
    });
  });

  it("stop - SIGINT to an idle process - exits with 0", async () => {
    await withGatewayRestarts(async (start) => {
      const gateway = await start();
      gateway.signal("SIGINT");
      expect(await gateway.exitStatus).toEqual({ code: 0, signal: null });
    });
  });
});

describe("unhandled errors", () => {
  it("LG-07 unhandled rejection - in a running process - one fatal log record without secrets, a non-zero exit code, and a clean next start", async () => {
    await withGatewayRestarts(async (start) => {
      const script = "process.on('SIGWINCH', () => Promise.reject(new Error('injected')))";
      const gateway = await start({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}`, MASTER_KEYS });
      gateway.signal("SIGWINCH");
      expect((await gateway.exitStatus).code).not.toBe(0);
      const fatal = gateway.logs.filter(({ level }) => level === 60);
      expect(fatal).toHaveLength(1);
      expect(fatal[0]).toMatchObject({ err: { message: "injected" } });
      expect(gateway.stdout + gateway.stderr).not.toContain(MASTER_KEYS.split(":")[1]);
      const next = await start({ MASTER_KEYS });
      expect((await fetch(`${next.url}/health/ready`)).status).toBe(200);
    });
  });
});

describe("invalid environment", () => {
  async function refused(variables: Variables, secrets: readonly string[] = []): Promise<string[]> {
    const gateway = await GatewayProcess.launch(createTemporaryFolder(), variables);
    expect(await gateway.exitStatus).toEqual({ code: 1, signal: null });
    expect(gateway.stdout).toBe("");
    for (const secret of secrets) expect(gateway.stderr).not.toContain(secret);
    const [head, ...failures] = gateway.stderr.trim().split("\n");
    expect(head).toBe("Invalid environment:");
    return failures.map((line) => /^ {2}- (\w+) /.exec(line)?.[1] ?? line);
  }

  it("TR-12 production - no variables set - reports keys, database and URL together", async () => {
    expect((await refused({ GATEWAY_MODE: "production" })).sort()).toEqual(["DATABASE_URL", "MASTER_KEYS", "PUBLIC_URL"]);
  });

  it("TR-12 production - every variable invalid - reports all of them together and repeats no value", async () => {
    const wrong = {
      MASTER_KEYS: "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
      DATABASE_URL: "sqlite:/tmp/not-in-production.sqlite",
      PUBLIC_URL: "http://gateway.example",
      BCRYPT_COST: "4",
      DEMO: "1",
      FAULT_POINT: "outbox.before-send",
      TWILIO_BASE_URL: "http://127.0.0.1:9",
      REDIS_URL: "redis://127.0.0.1:6379",
      OUTBOUND_ALLOW: "127.0.0.1:9",
      DEVELOPMENT_ALLOW_HOST: "1",
      TRUST_PROXY: "0.0.0.0/0",
      SMTP_URL: "imap://mail.example",
    };
    const values = [wrong.MASTER_KEYS, wrong.DATABASE_URL, wrong.PUBLIC_URL, wrong.REDIS_URL];
    expect((await refused({ GATEWAY_MODE: "production", ...wrong }, values)).sort()).toEqual(Object.keys(wrong).sort());
  });

  it("development - address that is not loopback - is rejected", async () => {
    expect(await refused({ HOST: "0.0.0.0" })).toEqual(["HOST"]);
  });
});

describe("start without configuration", () => {
  it("start - no variables set - prints working Demo values; the next start keeps the values, keys and users", async () => {
    const folder = createTemporaryFolder();
    const first = await GatewayProcess.start(folder);
    const started = [first];
    try {
      const values = first.demoValues;
      expect(Object.keys(values).sort()).toEqual(
        ["APP_ID", "APP_KEY", "ISSUER", "JWKS_URL", "SECRET_KEY", "URL"].map((name) => `LATCHKEY_${name}`),
      );
      const { LATCHKEY_URL = "", LATCHKEY_SECRET_KEY, LATCHKEY_ISSUER = "", LATCHKEY_APP_ID = "", LATCHKEY_JWKS_URL = "" } = values;
      expect(LATCHKEY_URL).toBe(`${first.url}/graphql`);
      const back = await new Client({ baseUrl: first.url, endpoint: "/management/graphql", token: LATCHKEY_SECRET_KEY }).expect(
        ViewerDocument,
        {},
      );
      expect(back.viewer).toMatchObject({
        __typename: "ApplicationKey",
        application: { id: LATCHKEY_APP_ID, name: "Demo", status: "ACTIVE" },
      });
      const email = uniqueEmail();
      const ticket = await beginSignUp(first.client, email);
      const done = await complete(first.client, email, await inboxCode(first, email), ticket);
      if (done.__typename !== "LoggedIn") throw new Error(done.__typename);
      const verify = async () => {
        const { header } = jsonwebtoken.decode(done.jwt, { complete: true }) ?? {};
        const key = await new JwksClient({ jwksUri: LATCHKEY_JWKS_URL }).getSigningKey(header?.kid);
        return jsonwebtoken.verify(done.jwt, key.getPublicKey(), {
          algorithms: ["RS256"],
          issuer: LATCHKEY_ISSUER,
          audience: LATCHKEY_APP_ID,
        });
      };
      expect(await verify()).toMatchObject({ sub: done.user.id });
      const modeOf = (name: string) => (statSync(join(folder, "data", name)).mode & 0o777).toString(8);
      expect([modeOf("master.key"), modeOf("latchkey.sqlite")]).toEqual(["600", "600"]);
      first.signal("SIGTERM");
      expect(await first.exitStatus).toEqual({ code: 0, signal: null });
      const second = await GatewayProcess.start(folder, {}, first.port);
      started.push(second);
      expect(second.demoValues).toEqual(values);
      expect(await verify()).toMatchObject({ sub: done.user.id });
      await requireLogIn(second.client, email);
    } finally {
      for (const gateway of started) await gateway.kill();
    }
  });

  it("LG-01 LG-06 log - complete journey at level trace - contains no code, password, token, key or address", async () => {
    const gateway = await GatewayProcess.start(createTemporaryFolder(), { ...FAST_HASHING, LOG_LEVEL: "trace" });
    try {
      const client = gateway.client;
      const email = uniqueEmail();
      const ticket = await beginSignUp(client, email);
      const code = await inboxCode(gateway, email);
      await complete(client, email, "000000", ticket);
      const done = await complete(client, email, code, ticket);
      if (done.__typename !== "LoggedIn") throw new Error(done.__typename);
      await logIn(client, email, "a quite wrong password");
      const { refreshSession } = await client.expect(RefreshSessionDocument, { input: { refreshToken: done.refreshToken } });
      await client.with({ token: "lk_ses_nonsense" }).run(MeDocument, {});
      await client.post({ query: `{ me { id } } # ${PASSWORD}`, variables: { input: PASSWORD.repeat(1000) } });
      const { forgotPassword } = await client.expect(ForgotPasswordDocument, { input: { handle: { email } } });
      const resetCode = await inboxCode(gateway, email, code);
      await client.expect(ResetPasswordDocument, { input: { handle: { email }, code: resetCode, newPassword: "another long password" } });
      gateway.signal("SIGTERM");
      await gateway.exitStatus;
      if (refreshSession.__typename !== "LoggedIn" || forgotPassword.__typename !== "PasswordResetRequested") throw new Error("refused");
      const tokens = [done, refreshSession].flatMap(({ jwt, sessionToken, refreshToken }) => [jwt, sessionToken, refreshToken]);
      const secrets = [
        ...tokens,
        ticket,
        forgotPassword.ticket,
        PASSWORD,
        "a quite wrong password",
        "another long password",
        email,
        gateway.demoValues["LATCHKEY_SECRET_KEY"] ?? "?",
      ];
      const log = gateway.logs.map((entry) => JSON.stringify(entry)).join("\n") + gateway.stderr;
      expect(gateway.logs.length).toBeGreaterThan(10);
      expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
      // Six digits also occur inside times and ids: as a separate value they must not.
      expect([code, resetCode].filter((digits) => new RegExp(`(?<![0-9a-f.])${digits}(?![0-9a-f])`).test(log))).toEqual([]);
    } finally {
      await gateway.kill();
    }
  });
});
