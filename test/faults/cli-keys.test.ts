import { describe, expect, it } from "vitest";
import { commandsOf } from "../support/command.js";
import { gatewayForFile } from "../support/gateway.js";
import { ApplicationDocument } from "../support/generated/authentication.js";
import { ViewerDocument } from "../support/generated/management.js";
import { eventually } from "../support/process.js";

const gateway = gatewayForFile();
const { json, refused } = commandsOf(gateway);
interface AppKeyRow {
  readonly id: string;
  readonly value: string;
  readonly isCurrent: boolean;
  readonly lastUsedOn: string | null;
}
const UNKNOWN_ID = "5a8e0c52-41f4-4b8e-9d0e-6f1f0c9a7b21";
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const statusOf = async (appKey: string) => (await gateway.client(appKey).run(ApplicationDocument, {})).status;

describe("app-keys", () => {
  it("rotate, list, revoke - running gateway - accepts both keys, then only the new one from the next request", async () => {
    const { id, appKey } = await gateway.createApplication("Keys");
    const rotated = await json<AppKeyRow>("app-keys", "rotate", id);
    expect(rotated).toMatchObject({ value: expect.stringMatching(/^lk_app_/), isCurrent: true, createdAt: expect.stringMatching(INSTANT) });
    expect([await statusOf(appKey), await statusOf(rotated.value)]).toEqual([200, 200]);
    const today = gateway.clock.now().toISOString().slice(0, 10);
    const list = () => json<AppKeyRow[]>("app-keys", "list", id);
    await eventually("the uses to be stored", async () => (await list()).every(({ lastUsedOn }) => lastUsedOn === today));
    const former = (await list()).find(({ value }) => value === appKey);
    expect(await refused("app-keys", "revoke", id, rotated.id)).toMatch(/current key cannot be revoked/);
    expect(await json("app-keys", "revoke", id, former?.id ?? "", "--reason", "unused")).toEqual({ id: former?.id, revoked: true });
    expect([await statusOf(appKey), await statusOf(rotated.value)]).toEqual([401, 200]);
    expect(await refused("app-keys", "revoke", id, former?.id ?? "")).toMatch(/Key not found/);
  });

  it("rotate - fourth key or unknown application - is refused in one sentence", async () => {
    const { id } = await gateway.createApplication("Full");
    for (let times = 0; times < 2; times++) await gateway.services.applicationKeys.rotateAppKey(id);
    expect(await refused("app-keys", "rotate", id)).toMatch(/3 keys work already/);
    for (const command of ["app-keys", "secret-keys"])
      for (const verb of ["list", "rotate"]) expect(await refused(command, verb, UNKNOWN_ID)).toBe(`Application not found: ${UNKNOWN_ID}`);
  });
});

describe("secret-keys", () => {
  it("rotate, list, revoke - with an overlap - prints the secret once, and the former key works until it is revoked", async () => {
    const { id, secretKey } = await gateway.createApplication("Secrets");
    const viewerOf = async (key: string) => (await gateway.management(key).run(ViewerDocument, {})).data?.viewer?.application.id ?? null;
    const rotated = await json<{ id: string; secretKey: string }>("secret-keys", "rotate", id, "--overlap-hours", "2");
    expect([await viewerOf(secretKey), await viewerOf(rotated.secretKey)]).toEqual([id, id]);
    const listed = await json<{ id: string; prefix: string; expiresAt: string | null }[]>("secret-keys", "list", id);
    expect(listed).toMatchObject([
      { id: rotated.id, prefix: rotated.secretKey.slice(0, 11), expiresAt: null },
      { prefix: secretKey.slice(0, 11), expiresAt: expect.stringMatching(INSTANT) },
    ]);
    expect(JSON.stringify(listed)).not.toContain(rotated.secretKey.slice(11));
    await json("secret-keys", "revoke", id, listed[1]?.id ?? "");
    expect([await viewerOf(secretKey), await viewerOf(rotated.secretKey)]).toEqual([null, id]);
  });

  it.each(["721", "-1", "1.5", "week"])("rotate - overlap of %s hours - is refused and creates no key", async (hours) => {
    const { id } = await gateway.createApplication("Refused");
    expect(await refused("secret-keys", "rotate", id, `--overlap-hours=${hours}`)).toMatch(/expected 0 to 720 hours/);
    expect(await gateway.services.applicationKeys.listSecretKeys(id)).toHaveLength(1);
  });
});

describe("keys of verifiers with a manually installed key", () => {
  interface KeyRow {
    readonly kid: string;
    readonly state: string;
    readonly publicKeyPem?: string;
    readonly pemLastFetchedOn: string | null;
  }
  const letNextKeySign = (id: string) =>
    gateway.query("UPDATE signing_keys SET created_at = ? WHERE application_id = ?", ["2026-01-01 00:00:00.000", id]);

  it("list - with --pem - prints the PEM of every published key, as the public routes do", async () => {
    const { id } = await gateway.createApplication("Pasted");
    expect((await json<KeyRow[]>("keys", "list", id)).flatMap(({ publicKeyPem }) => publicKeyPem ?? [])).toEqual([]);
    for (const { state, publicKeyPem } of await json<KeyRow[]>("keys", "list", id, "--pem"))
      expect(await (await fetch(`${gateway.url}/apps/${id}/public-key.pem?key=${state.toLowerCase()}`)).text()).toBe(publicKeyPem);
  });

  it("rotate - token.sendKeyId=false - needs --yes and names the consequences", async () => {
    const { id } = await gateway.createApplication("Nameless", "token.sendKeyId=false");
    await letNextKeySign(id);
    const [current, next] = await json<KeyRow[]>("keys", "list", id);
    const sentence = await refused("keys", "rotate", id);
    expect(sentence).toMatch(/token\.sendKeyId=false.*public-key\.pem\?key=next.*--yes/);
    expect(sentence).toContain(next?.kid);
    expect(await json<KeyRow[]>("keys", "list", id)).toMatchObject([{ kid: current?.kid }, { kid: next?.kid }]);
    expect((await json<KeyRow[]>("keys", "rotate", id, "--yes"))[0]?.kid).toBe(next?.kid);
  });

  it("rotate - PEM fetched on two days, then on a third, then 31 days ago - needs --yes only while three of 30 days are counted", async () => {
    const { id } = await gateway.createApplication("Fetched");
    const { signingKeyFetches, signingKeyRotations, applicationRegistry } = gateway.services;
    const fetchPem = async (times: number) => {
      for (let time = 0; time < times; time++) await (await fetch(`${gateway.url}/apps/${id}/public-key.pem`)).text();
    };
    const isAsked = async () => {
      const application = await applicationRegistry.find(id);
      return application && (await signingKeyRotations.plan(application)).needsConfirmation;
    };
    for (const day of [1, 2, 3]) {
      await fetchPem(3);
      await eventually("the fetch to be stored", async () => (await signingKeyFetches.countDays(id)) === day);
      expect(await isAsked()).toBe(day === 3);
      if (day < 3) gateway.clock.move({ days: 1 });
    }
    expect(await gateway.query("SELECT key_id FROM signing_key_fetches WHERE application_id = ?", [id])).toHaveLength(3);
    const lastDay = gateway.clock.now().toISOString().slice(0, 10);
    expect((await json<KeyRow[]>("keys", "list", id)).map(({ pemLastFetchedOn }) => pemLastFetchedOn)).toEqual([lastDay, null]);
    gateway.clock.move({ days: 31 });
    expect(await isAsked()).toBe(false);
  });

  it("public-key.pem - key that is not published or not a name - answers 404 or 400", async () => {
    const { id } = await gateway.createApplication("Names");
    const statuses = ["?key=current", "?key=next", "?key=previous", "?key=revoked", "?key=", "?key=next&key=current", ""].map(
      async (query) => (await fetch(`${gateway.url}/apps/${id}/public-key.pem${query}`)).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 200, 404, 400, 400, 400, 200]);
  });

  it("settings - token.rotationDays with token.sendKeyId=false - refused when one of them changes, a stored pair is kept but not rotated", async () => {
    const { id } = await gateway.createApplication("Stored");
    const update = (...words: string[]) => refused("application", "update", id, ...words.flatMap((word) => ["--set", word]));
    for (const words of [["token.rotationDays=30", "token.sendKeyId=false"]])
      expect(await update(...words)).toMatch(/^token\.rotationDays: /);
    await gateway.configure(id, "token.rotationDays=30");
    expect(await update("token.sendKeyId=false")).toMatch(/^token\.rotationDays: /);
    await gateway.query("UPDATE applications SET settings = ? WHERE id = ?", [
      JSON.stringify({ token: { rotationDays: 1, sendKeyId: false } }),
      id,
    ]);
    await gateway.configure(id, "token.lifetimeMinutes=5");
    await letNextKeySign(id);
    const before = await json<KeyRow[]>("keys", "list", id);
    gateway.clock.move({ days: 3 });
    await gateway.gateway.maintenance.runOnce();
    expect(await json<KeyRow[]>("keys", "list", id)).toEqual(before);
    expect(await update("token.rotationDays=2")).toMatch(/^token\.rotationDays: /);
    await gateway.configure(id, "token.sendKeyId=true");
    await gateway.gateway.maintenance.runOnce();
    expect((await json<KeyRow[]>("keys", "list", id))[0]?.kid).toBe(before[1]?.kid);
  });
});
