import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import type { Answer, Client } from "./client.js";
import { type TestApplication, TestGateway, type TestGatewayOptions } from "./gateway.js";
import {
  CompleteSignUpDocument,
  ForgotPasswordDocument,
  LogInDocument,
  RefreshSessionDocument,
  ResendSignUpCodeDocument,
  ResetPasswordDocument,
  SignUpDocument,
} from "./generated/authentication.js";
import { beginSignUp, logIn, PASSWORD, signUpPerson, type TestPerson, uniqueEmail } from "./people.js";

/** An HTTP response, GraphQL or not. */
export type HttpAnswer = Pick<Answer<unknown>, "status" | "headers" | "text">;

/** Stack traces, SQL, driver names, file paths and password hashes, which no response may contain. */
const LEAK_PATTERNS = [
  /\bat .{1,200}:\d+:\d+/,
  /node_modules|node:internal/,
  /\$2[aby]\$\d\d\$/,
  /\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b.{1,200}\b(FROM|VALUES|SET|WHERE)\b/,
  /SQLITE_|\bER_[A-Z_]{4,}|QueryFailedError|TypeORM/,
  new RegExp(process.cwd()),
];
const TOKEN_PATTERN = /lk_(?:ses|ref|chl|dev|sec)_[\w-]{20,}|eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/g;
const TICKET_PATTERN = /"ticket":"([\w-]{43})"/g;
/** Tables that rejected requests may change: audit, rate limits and message delivery. */
const EXCLUDED_TABLES = ["audit_events", "throttle_buckets", "outbox_messages"];

/** Fixture of the hostile tests: applications of two developers, their users, and invariants that are checked after every case. */
export class HostileFixture {
  gateway!: TestGateway;
  /** APP_A and APP_A2 belong to one developer, APP_B to another. */
  a!: TestApplication;
  a2!: TestApplication;
  b!: TestApplication;
  /** In APP_A; must be able to log in with PASSWORD after every case. */
  u1!: TestPerson;
  /** In APP_B with the same address and another password. */
  sameEmailPerson!: TestPerson;
  /** In APP_A; none of this user's data may appear in any response. */
  bystander!: TestPerson;
  suspended!: TestPerson;
  /** Signed up, never completed. */
  pending!: string;
  private httpAnswers: HttpAnswer[] = [];
  private registeredSecrets: string[] = [];
  private areServerErrorsExpected = false;
  private caseStart = { answer: 0, log: 0, mail: 0 };

  async setUp(options: TestGatewayOptions): Promise<void> {
    this.gateway = await TestGateway.start(options);
    this.a = await this.gateway.createApplication("Blue Heron");
    this.a2 = await this.gateway.createApplication("Grey Heron");
    this.b = await this.gateway.createApplication("Red Kite");
    this.u1 = await signUpPerson(this.gateway, this.a, uniqueEmail("u1-"));
    this.sameEmailPerson = await signUpPerson(this.gateway, this.b, this.u1.email, { password: "another password for app b" });
    this.bystander = await signUpPerson(this.gateway, this.a, uniqueEmail("bystander-"));
    this.suspended = await signUpPerson(this.gateway, this.a, uniqueEmail("suspended-"));
    await this.gateway.query("UPDATE users SET status = 'SUSPENDED' WHERE id = ?", [this.suspended.tokens.user.id]);
    this.pending = uniqueEmail("pending-");
    await beginSignUp(this.a.client, this.pending);
    await this.gateway.mails.nextCode(this.pending);
  }

  /** A new user, by default in APP_A, whose rate limits the case may exhaust. */
  async signUpPerson(application = this.a, password = PASSWORD): Promise<TestPerson> {
    return await signUpPerson(this.gateway, application, uniqueEmail("victim-"), { password: this.registerSecret(password) });
  }

  /** Registers a text that must not appear in any log. */
  registerSecret(text: string): string {
    this.registeredSecrets.push(text);
    return text;
  }

  /** The case provokes 5xx responses on purpose. */
  expectServerErrors(): void {
    this.areServerErrorsExpected = true;
  }

  /** Sends any request; the response is checked after the case like every other. */
  async fetch(path: string, init: RequestInit = {}): Promise<HttpAnswer> {
    const response = await fetch(new URL(path, this.gateway.url), { redirect: "manual", ...init });
    return this.recordAnswer({ status: response.status, headers: response.headers, text: await response.text() });
  }

  /** Registers a response received in another way for the checks after the case. */
  recordAnswer<One extends HttpAnswer>(answer: One): One {
    this.httpAnswers.push(answer);
    return answer;
  }

  /** The whole database except the excluded tables and the time of a key's last use; of queued messages, only their ids. */
  async snapshot(): Promise<string[]> {
    const queued = await this.gateway.query("SELECT id FROM outbox_messages ORDER BY id");
    const dump = (await this.gateway.dump(...EXCLUDED_TABLES)).replace(/"last_used_at":("[^"]*"|null)/g, "");
    return [...dump.split("\n"), ...queued.map((row) => JSON.stringify(row))];
  }

  /** Runs operations that must change nothing: no row, no mail, no token in a response. */
  async expectUnchanged<T>(work: () => Promise<T>): Promise<T> {
    const before = await this.snapshot();
    const from = { answer: this.gateway.answers.length, page: this.httpAnswers.length };
    const result = await work();
    const linesBefore = new Set(before);
    const after = await this.snapshot();
    const linesAfter = new Set(after);
    expect({ added: after.filter((line) => !linesBefore.has(line)), gone: before.filter((line) => !linesAfter.has(line)) }).toEqual({
      added: [],
      gone: [],
    });
    for (const { text } of [...this.gateway.answers.slice(from.answer), ...this.httpAnswers.slice(from.page)])
      expect(text.match(TOKEN_PATTERN)).toBeNull();
    return result;
  }

  async countUsers({ id }: TestApplication = this.a): Promise<number> {
    return (await this.gateway.query("SELECT id FROM users WHERE application_id = ?", [id])).length;
  }

  beginCase(): void {
    const { answers, logs, mails } = this.gateway;
    this.caseStart = { answer: answers.length, log: logs.length, mail: mails.received.length };
    this.httpAnswers = [];
    this.registeredSecrets = [PASSWORD];
    this.areServerErrorsExpected = false;
  }

  /** Invariants that are checked after every case. */
  async checkInvariants(): Promise<void> {
    const { gateway, u1, bystander, sameEmailPerson } = this;
    const answers = gateway.answers.slice(this.caseStart.answer);
    const privateValues = [u1, bystander, sameEmailPerson].flatMap(({ tokens }) => [tokens.sessionToken, tokens.refreshToken, tokens.jwt]);
    for (const { status, text, headers } of [...answers, ...this.httpAnswers]) {
      const fullText = `${text}\n${JSON.stringify([...headers])}`;
      if (!this.areServerErrorsExpected) expect([status < 500, text]).toEqual([true, expect.not.stringContaining("INTERNAL_SERVER_ERROR")]);
      for (const leak of LEAK_PATTERNS) expect(fullText).not.toMatch(leak);
      expect([...privateValues, bystander.email, bystander.tokens.user.id].filter((foreign) => fullText.includes(foreign))).toEqual([]);
    }
    this.checkLogs(answers);
    const mails = gateway.mails.received.slice(this.caseStart.mail);
    expect(mails.filter(({ to }) => to === bystander.email)).toEqual([]);
    const live = await fetch(`${gateway.url}/health/live`);
    expect(live.status).toBe(200);
    expect(await logIn(this.a.client, u1.email)).toMatchObject({ __typename: "LoggedIn" });
  }

  private checkLogs(answers: readonly Answer<unknown>[]): void {
    const logs = this.gateway.logs.slice(this.caseStart.log).join("");
    const mails = this.gateway.mails.received.slice(this.caseStart.mail);
    const texts = answers.map(({ text }) => text).join("\n");
    const tickets = [...texts.matchAll(TICKET_PATTERN)].map(([, ticket = ""]) => ticket);
    const links = mails.flatMap(({ text }) => [...text.matchAll(/\/links\/([\w-]+)/g)].map(([, token = ""]) => token));
    const secrets = [
      ...(texts.match(TOKEN_PATTERN) ?? []),
      ...tickets,
      ...links,
      ...this.registeredSecrets,
      this.u1.email,
      this.bystander.email,
    ];
    expect(secrets.filter((secret) => logs.includes(secret))).toEqual([]);
    const codes = mails.flatMap(({ text }) => /^\d{6,10}$/m.exec(text) ?? []);
    expect(codes.filter((code) => new RegExp(`(?<![\\w.-])${code}(?![\\w-])`).test(logs))).toEqual([]);
  }
}

/** Sets up the fixture for the cases of a file, and checks the invariants after each case. */
export function hostileFixture(options: TestGatewayOptions = {}): HostileFixture {
  const fixture = new HostileFixture();
  beforeAll(() => fixture.setUp(options));
  afterAll(() => fixture.gateway.stop());
  beforeEach(() => fixture.beginCase());
  afterEach(() => fixture.checkInvariants());
  return fixture;
}

/** Outcome of a request: the error code, the type name of the result, or "data" if the document did not request the type name. */
export function outcomeOf({ errors, data, text }: Answer<unknown>): string {
  const [member] = Object.values((data ?? {}) as Record<string, { code?: string; __typename?: string } | null>);
  const outcome = errors[0]?.extensions.code ?? member?.code ?? member?.__typename ?? (member ? "data" : undefined);
  if (!outcome) throw new Error(`Neither refused nor answered: ${text}`);
  return outcome;
}

/** A different code of the same length. */
export const wrongCodeFor = (code: string) => (code.startsWith("0") ? "1" : "0") + code.slice(1);

/** The operations without an expected result: every outcome is returned. */
export const attempt = {
  signUp: (client: Client, email: string, password = PASSWORD, more: object = {}) =>
    client.run(SignUpDocument, { input: { handle: { email }, password, ...more } }),
  resend: (client: Client, email: string) => client.run(ResendSignUpCodeDocument, { input: { handle: { email } } }),
  complete: (client: Client, email: string, code: string, ticket: string | null = null) =>
    client.run(CompleteSignUpDocument, { input: { handle: { email }, code, ticket } }),
  logIn: (client: Client, email: string, password: string, deviceToken: string | null = null) =>
    client.run(LogInDocument, { input: { handle: { email }, password, deviceToken } }),
  forgot: (client: Client, email: string) => client.run(ForgotPasswordDocument, { input: { handle: { email } } }),
  reset: (client: Client, email: string, code: string, newPassword: string, ticket: string | null = null) =>
    client.run(ResetPasswordDocument, { input: { handle: { email }, code, newPassword, ticket } }),
  refresh: (client: Client, refreshToken: string) => client.run(RefreshSessionDocument, { input: { refreshToken } }),
};
