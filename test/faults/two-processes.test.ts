import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MASTER_KEYS, type TestApplication, TestGateway } from "../support/gateway.js";
import { MeDocument, RefreshSessionDocument } from "../support/generated/authentication.js";
import { logIn, signUpPerson } from "../support/people.js";
import { createTemporaryFolder, ensureBuilt, FAST_HASHING, GatewayProcess } from "../support/process.js";

/** Requests of one storm. */
const REQUEST_COUNT = 100;

/** Makes the database and moves its clock; the storms go to two processes on that database. */
let gateway: TestGateway;
let application: TestApplication;
let processes: GatewayProcess[] = [];
beforeAll(async () => {
  await ensureBuilt();
  gateway = await TestGateway.start();
  application = await gateway.createApplication();
  processes = [await startProcess(), await startProcess()];
}, 240_000);
afterAll(async () => {
  for (const started of processes) await started.kill();
  await gateway.stop();
});

async function startProcess(): Promise<GatewayProcess> {
  const variables = { ...FAST_HASHING, MASTER_KEYS, DATABASE_URL: gateway.database.url };
  return await GatewayProcess.start(createTemporaryFolder(), { ...variables, DEMO: "0", TRUST_PROXY: "127.0.0.0/8", LOG_LEVEL: "info" });
}

const clientOf = (index: number) => application.client.with({ baseUrl: processes[index % processes.length]?.url ?? "" });
const refresh = async (client: TestApplication["client"], refreshToken: string) =>
  (await client.expect(RefreshSessionDocument, { input: { refreshToken } })).refreshSession;
type Refreshed = Awaited<ReturnType<typeof refresh>>;
const pairOf = (answer: Refreshed) =>
  answer.__typename === "LoggedIn" ? `${answer.refreshToken} ${answer.sessionToken}` : answer.__typename;

/** The one pair of tokens all of these got. */
function requireOnePair(answers: readonly Refreshed[]): { refreshToken: string; sessionToken: string } {
  const [pair = "", ...others] = new Set(answers.map(pairOf));
  expect(others).toEqual([]);
  expect(pair).toMatch(/^lk_ref_\S+ lk_ses_\S+$/);
  const [refreshToken = "", sessionToken = ""] = pair.split(" ");
  return { refreshToken, sessionToken };
}

describe("two processes on one database", () => {
  it("refreshSession - one token 100 times at both - all get the same successor; reuse after its use ends the session", async () => {
    const { tokens } = await signUpPerson(gateway, application);
    const answers = await Promise.all(Array.from({ length: REQUEST_COUNT }, (_, index) => refresh(clientOf(index), tokens.refreshToken)));
    const next = requireOnePair(answers);
    for (const index of [0, 1]) {
      const { me } = await clientOf(index).with({ token: next.sessionToken }).expect(MeDocument, {});
      expect(me?.sessions).toHaveLength(1);
    }
    // The use of the new session token is recorded after the answer.
    const uses = "SELECT id FROM sessions WHERE user_id = ? AND last_used_at > rotated_at";
    await expect.poll(() => gateway.query(uses, [tokens.user.id]), { timeout: 10_000 }).toHaveLength(1);
    gateway.clock.move({ seconds: 11 });
    expect(await refresh(application.client, tokens.refreshToken)).toMatchObject({ __typename: "SessionEnded" });
    for (const index of [0, 1]) {
      expect(await refresh(clientOf(index), next.refreshToken)).toMatchObject({ __typename: "SessionEnded" });
      const { errors } = await clientOf(index).with({ token: next.sessionToken }).run(MeDocument, {});
      expect(errors).toMatchObject([{ extensions: { code: "UNAUTHENTICATED" } }]);
    }
    const reuse = await gateway.query("SELECT details FROM audit_events WHERE event = 'REFRESH_TOKEN_REUSED'");
    expect(reuse).toHaveLength(1);
  });

  it("refreshSession - one process killed during refreshes - a retry at the other gets the same successor", async () => {
    const { tokens } = await signUpPerson(gateway, application);
    const victim = processes[1];
    if (!victim) throw new Error("There is no second process");
    let answered = 0;
    let lost = 0;
    const answers = await Promise.all(
      Array.from({ length: REQUEST_COUNT }, async (_, index) => {
        try {
          const answer = await refresh(clientOf(index), tokens.refreshToken);
          if (++answered === 10) victim.signal("SIGKILL");
          return answer;
        } catch {
          lost++;
          return await refresh(clientOf(0), tokens.refreshToken);
        }
      }),
    );
    await victim.exitStatus;
    processes[1] = await startProcess();
    expect(lost).toBeGreaterThan(0);
    const { refreshToken } = requireOnePair(answers);
    // The successor works at the process that came up since: nothing of it was in the memory of the one that is gone.
    expect(await refresh(clientOf(1), refreshToken)).toMatchObject({ __typename: "LoggedIn" });
  });

  it("logIn - five wrong passwords spread over both - the sixth attempt is limited at both, even with the right password", async () => {
    const { email } = await signUpPerson(gateway, application);
    const from = (index: number) => clientOf(index).with({ address: "198.51.100.7" });
    for (let attempt = 0; attempt < 5; attempt++)
      expect(await logIn(from(attempt), email, "not the right one")).toMatchObject({ __typename: "InvalidCredentials" });
    for (const index of [0, 1]) expect(await logIn(from(index), email)).toMatchObject({ __typename: "TooManyAttempts" });
  });
});
