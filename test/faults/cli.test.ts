import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RESERVED_APPLICATION_ID } from "../../src/domain/applications/index.js";
import { DEMO_APPLICATION_ID } from "../../src/management/index.js";
import { runCommandHere } from "../support/command.js";
import { TestGateway } from "../support/gateway.js";
import { ApplicationDocument, SignUpDocument } from "../support/generated/authentication.js";
import { ViewerDocument } from "../support/generated/management.js";
import { PASSWORD, signUpPerson, uniqueEmail } from "../support/people.js";
import {
  type CommandResult,
  createTemporaryFolder,
  ensureBuilt,
  FAST_HASHING,
  runCommand,
  runScript,
  type Variables,
} from "../support/process.js";

type Created = Record<"id" | "appKey" | "secretKey", string>;
interface Shown {
  readonly id: string;
  readonly settingsVersion: number;
  readonly issuer: string;
  readonly settings: Record<string, Record<string, unknown>>;
  readonly keys: readonly { readonly kid: string; readonly state: string }[];
}

const MASTER_KEYS = "k1:c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlISE=";
let gateway: TestGateway;
beforeAll(async () => {
  await ensureBuilt();
  gateway = await TestGateway.start({ environment: { MASTER_KEYS } });
}, 200_000);
afterAll(() => gateway.stop());

const variables = (more: Variables) => ({
  ...FAST_HASHING,
  DATABASE_URL: gateway.database.url,
  MASTER_KEYS,
  PUBLIC_URL: gateway.url,
  ...more,
});
/** Runs the command line on the database of the running gateway. */
const run = (words: string[], more: Variables = {}) => runCommandHere(words, variables(more), createTemporaryFolder());
/** In a process. */
const runProcess = (words: string[], more: Variables = {}) => runCommand(words, variables(more), createTemporaryFolder());
/** For a command that succeeds and prints JSON and nothing else. */
function parseJson<T>({ code, stdout, stderr }: CommandResult): T {
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as T;
}
/** The sentence of a command that is refused. */
function sentenceOf({ code, stdout, stderr }: CommandResult): string {
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr.trim()).not.toMatch(/\n|^ {4}at |Error:/);
  return stderr.trim();
}
const json = async <T>(...words: string[]) => parseJson<T>(await run([...words, "--json"]));
const refused = async (...words: string[]) => sentenceOf(await run(words));
const create = (name: string, ...more: string[]) => json<Created>("application", "create", "--name", name, ...more);
const show = (id: string) => json<Shown>("application", "show", id);

describe("application", () => {
  it("create - with --json - prints id and both keys, which the running gateway accepts immediately", async () => {
    const created = parseJson<Created>(await runProcess(["application", "create", "--name", "Made here", "--json"]));
    expect(Object.keys(created).sort()).toEqual(["appKey", "id", "secretKey"]);
    expect(created).toMatchObject({ appKey: expect.stringMatching(/^lk_app_/), secretKey: expect.stringMatching(/^lk_sec_/) });
    const { application } = await gateway.client(created.appKey).expect(ApplicationDocument, {});
    expect(application).toMatchObject({ id: created.id, name: "Made here" });
    const { viewer } = await gateway.management(created.secretKey).expect(ViewerDocument, {});
    expect(viewer?.application.id).toBe(created.id);
    const person = await signUpPerson(gateway, { ...created, client: gateway.client(created.appKey) });
    expect(person.tokens.jwt.split(".")).toHaveLength(3);
  });

  it("create - without --json - prints the same values as text", async () => {
    const { code, stdout } = await runScript(["application", "create", "--name", "For people"], variables({}), createTemporaryFolder());
    expect(code).toBe(0);
    expect(stdout).toMatch(/^id: [0-9a-f-]{36}\nappKey: lk_app_\S+\nsecretKey: lk_sec_\S+\n$/);
  });

  it("create - with invalid settings - creates no application", async () => {
    const { id } = await create("Set", "--set", "signUp.flow=NONE", "--set", "token.lifetimeMinutes=5");
    expect((await show(id)).settings).toMatchObject({ signUp: { flow: "NONE" }, token: { lifetimeMinutes: 5 } });
    const before = await gateway.query("SELECT id FROM applications");
    expect(
      await refused("application", "create", "--name", "Half", "--set", "signUp.flow=NONE", "--set", "token.lifetimeMinutes=0"),
    ).toContain("token.lifetimeMinutes");
    expect(await gateway.query("SELECT id FROM applications")).toEqual(before);
  });

  it("update - running gateway - applies the change from the next request", async () => {
    const created = await create("Changing");
    const client = gateway.client(created.appKey);
    const signUp = async () =>
      (await client.expect(SignUpDocument, { input: { handle: { email: uniqueEmail() }, password: PASSWORD } })).signUp.__typename;
    expect(await signUp()).toBe("ConfirmationSent");
    await json("application", "update", created.id, "--set", "signUp.enabled=false");
    expect(await signUp()).toBe("SignUpClosed");
    await json(
      "application",
      "update",
      created.id,
      "--set",
      "signUp.enabled=true",
      "--set",
      "signUp.flow=NONE",
      "--set",
      "general.name=New Name",
    );
    expect(await signUp()).toBe("LoggedIn");
    expect((await client.expect(ApplicationDocument, {})).application.name).toBe("New Name");
    await json("application", "update", created.id, "--set", "general.status=SUSPENDED");
    expect((await client.run(ApplicationDocument, {})).status).toBe(401);
    const events = await gateway.query(
      "SELECT event FROM audit_events WHERE application_id = ? AND event = 'SETTINGS_CHANGED' AND actor = 'OPERATOR'",
      [created.id],
    );
    expect(events).toHaveLength(3);
  });

  it("update, keys revoke - gateway under continuous requests - requests after the command see the change", async () => {
    const { id, appKey } = await create("Watched 0");
    const client = gateway.client(appKey);
    const nameOf = async () => (await client.expect(ApplicationDocument, {})).application.name;
    const keysOf = async () => await (await fetch(`${gateway.url}/apps/${id}/.well-known/jwks.json`)).text();
    for (const name of ["Watched 1", "Watched 2"]) {
      const { kid = "" } = (await show(id)).keys[0] ?? {};
      let isOver = false;
      const asking = (async () => {
        for (; !isOver; await delay(30)) await Promise.all([nameOf(), keysOf()]);
      })();
      try {
        await runProcess(["application", "update", id, "--set", `general.name=${name}`]);
        expect(await nameOf()).toBe(name);
        await runProcess(["keys", "revoke", id, kid]);
        expect(await keysOf()).not.toContain(kid);
      } finally {
        isOver = true;
        await asking;
      }
    }
  });

  it("update - values - are parsed as JSON when valid, otherwise as text; a list accepts a single bare item", async () => {
    const { id } = await create("Values");
    const assignments = {
      "general.name=42": ["general", "name", "42"],
      "general.realmAppId=myapp-abcde": ["general", "realmAppId", "myapp-abcde"],
      "token.lifetimeMinutes=15": ["token", "lifetimeMinutes", 15],
      "token.includeEmail=false": ["token", "includeEmail", false],
      "token.audience=one": ["token", "audience", ["one"]],
      'metadata.fields={"path":"a.b"}': ["metadata", "fields", [expect.objectContaining({ path: "a.b", type: "STRING" })]],
      'locales.supported=["en","de"]': ["locales", "supported", ["en", "de"]],
      "links.origins=https://app.example": ["links", "origins", ["https://app.example"]],
    } as const;
    await json("application", "update", id, ...Object.keys(assignments).flatMap((assignment) => ["--set", assignment]));
    const { settings, settingsVersion } = await show(id);
    expect(settingsVersion).toBe(2);
    for (const [group, field, value] of Object.values(assignments)) expect([field, settings[group]?.[field]]).toEqual([field, value]);
    await json("application", "update", id, "--set", 'token.audience=["x","y"]');
    expect((await show(id)).settings["token"]?.["audience"]).toEqual(["x", "y"]);
  });

  it.each([
    ["nothing.here=1", /nothing/],
    ["signUp.nothing=1", /signUp\.nothing/],
    ["signUp.enabled=perhaps", /signUp\.enabled/],
    ["token.lifetimeMinutes=1.5", /token\.lifetimeMinutes/],
    ['metadata.fields=[{"path":"sub"}]', /reserved/],
    ["signUp.enabled", /group\.field=value/],
    ["__proto__.polluted=1", /group\.field=value|__proto__/],
  ])("update - %s - one message on stderr, nothing on stdout, nothing changed", async (assignment, sentence) => {
    const [application] = await gateway.services.applicationRegistry.list(1);
    expect(
      await refused("application", "update", application?.id ?? "", "--set", "signUp.codeMinutes=9", "--set", assignment, "--json"),
    ).toMatch(sentence);
    expect((await gateway.services.applicationRegistry.find(application?.id ?? ""))?.settingsVersion).toBe(application?.settingsVersion);
  });

  it("show and list - every application - print settings, issuer and keys, and no secret", async () => {
    const created = await create("Shown");
    const shown = await show(created.id);
    expect(shown).toMatchObject({
      id: created.id,
      appKey: created.appKey,
      settingsVersion: 1,
      issuer: `${gateway.url}/apps/${created.id}`,
    });
    expect(shown.keys.map(({ state }) => state)).toEqual(["CURRENT", "NEXT"]);
    const listed = await json<{ id: string; name: string; status: string }[]>("application", "list");
    expect(listed.find(({ id }) => id === created.id)).toMatchObject({ name: "Shown", status: "ACTIVE", appKey: created.appKey });
    expect(listed.map(({ id }) => id)).not.toContain(RESERVED_APPLICATION_ID);
    expect(JSON.stringify([shown, listed])).not.toMatch(/lk_sec_|PRIVATE|secretKeyHash/);
  });

  it("delete - with --yes only - removes the application and all of its rows except audit events", async () => {
    const created = await create("Leaving");
    await signUpPerson(gateway, { ...created, client: gateway.client(created.appKey) });
    expect(sentenceOf(await runProcess(["application", "delete", created.id]))).toContain("--yes");
    expect((await run(["application", "delete", created.id, "--yes"])).code).toBe(0);
    expect((await gateway.client(created.appKey).run(ApplicationDocument, {})).status).toBe(401);
    expect(await gateway.dump("audit_events")).not.toContain(created.id);
    expect(await refused("application", "show", created.id)).toContain("Application not found");
    expect(await refused("application", "delete", created.id, "--yes")).toContain("Application not found");
  });

  it.each([
    [["application"]],
    [["application", "create"]],
    [["nonsense"]],
    [["application", "update", "x"]],
  ])("%j - incomplete command - exits 1 with a message on stderr", async (words) => {
    const { code, stdout, stderr } = await (words[0] === "nonsense" ? runProcess : run)(words);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr.length).toBeGreaterThan(10);
  });
});

describe("developer", () => {
  it("create - with --owner - assigns the application to that developer; otherwise to the first developer", async () => {
    const email = uniqueEmail("developer");
    const developer = await json<{ id: string; email: string }>("developer", "create", "--email", email.toUpperCase());
    expect(developer.email).toBe(email);
    expect(await refused("developer", "create", "--email", email)).toContain("already exists");
    expect(await refused("developer", "create", "--email", "not-an-address")).toContain("Not an email address");
    const second = await json<{ id: string }>("developer", "create", "--email", uniqueEmail("developer"));
    const ownerOf = async ({ id }: Created) => (await gateway.services.applicationRegistry.find(id))?.ownerId;
    expect(await ownerOf(await create("Theirs", "--owner", email))).toBe(developer.id);
    const first = (await gateway.services.users.findFirst(RESERVED_APPLICATION_ID))?.id;
    expect([await ownerOf(await create("First's")), first]).toEqual([first, developer.id]);
    expect(second.id).not.toBe(first);
    expect(await refused("application", "create", "--name", "X", "--owner", "unknown@mail.example")).toContain("Developer not found");
  });
});

describe("operation", () => {
  it("keys rotate - within 24 hours, later, with three keys published - is rejected, promotes the next key, is rejected", async () => {
    const { id } = await create("Rotating");
    expect(await refused("keys", "rotate", id)).toMatch(/24 hours/);
    const [current, next] = (await show(id)).keys.map(({ kid }) => kid);
    await gateway.query("UPDATE signing_keys SET created_at = ? WHERE application_id = ?", ["2026-01-01 00:00:00.000", id]);
    const rotated = await json<{ kid: string; state: string }[]>("keys", "rotate", id);
    expect(rotated.find(({ state }) => state === "CURRENT")?.kid).toBe(next);
    expect(rotated.find(({ state }) => state === "PREVIOUS")?.kid).toBe(current);
    await gateway.query("UPDATE signing_keys SET created_at = ? WHERE application_id = ?", ["2026-01-01 00:00:00.000", id]);
    expect(await refused("keys", "rotate", id)).toMatch(/three keys/);
    expect(await refused("keys", "rotate", "11111111-1111-4111-8111-111111111111")).toMatch(/Application not found/);
  });

  it("demo remove - Demo seeded - removes it; running it again is harmless", async () => {
    const own = await TestGateway.start({ environment: { MASTER_KEYS } });
    try {
      const lifecycle = { DATABASE_URL: own.database.url };
      const { seedDemo } = await import("../../src/management/index.js");
      const { appKey } = await seedDemo(own.services);
      expect((await own.client(appKey).run(ApplicationDocument, {})).status).toBe(200);
      for (let times = 0; times < 2; times++) expect(await run(["demo", "remove"], lifecycle)).toMatchObject({ code: 0, stdout: "" });
      expect((await own.client(appKey).run(ApplicationDocument, {})).status).toBe(401);
      expect(await own.services.applicationRegistry.find(DEMO_APPLICATION_ID)).toBeNull();
    } finally {
      await own.stop();
    }
  });

  it("any command - invalid environment or unreachable database - exits 1 with a message and no secret", async () => {
    const refusedEnvironment = await runScript(["application", "list"], variables({ MASTER_KEYS: "k1:short" }), createTemporaryFolder());
    expect([refusedEnvironment.code, refusedEnvironment.stdout]).toEqual([1, ""]);
    expect(refusedEnvironment.stderr).toMatch(/MASTER_KEYS/);
    const gone = await runProcess(["application", "list"], { DATABASE_URL: "mysql://latchkey:hunter-password@127.0.0.1:9/nothing" });
    expect([gone.code, gone.stdout]).toEqual([1, ""]);
    expect(gone.stderr).not.toContain("hunter-password");
  });
});
