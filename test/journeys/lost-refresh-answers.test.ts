import { beforeAll, describe, expect, it, vi } from "vitest";
import { gatewayForFile, type TestApplication } from "../support/gateway.js";
import { IssueJwtDocument, RefreshSessionDocument, type TokensFragment } from "../support/generated/authentication.js";
import { signUpPerson, type TestPerson } from "../support/people.js";

const gateway = gatewayForFile();
let application: TestApplication;
beforeAll(async () => {
  application = await gateway.createApplication("Blue Heron", "session.refreshGraceSeconds=5");
});

const tryRefresh = async (refreshToken: string, { client } = application) =>
  (await client.expect(RefreshSessionDocument, { input: { refreshToken } })).refreshSession;
const refresh = async (refreshToken: string, at = application): Promise<TokensFragment> => {
  const answer = await tryRefresh(refreshToken, at);
  if (answer.__typename !== "LoggedIn") throw new Error(`refreshSession answered ${JSON.stringify(answer)}`);
  return answer;
};
const outcomeOfRefresh = async (refreshToken: string) => (await tryRefresh(refreshToken)).__typename;
const isAccepted = async (sessionToken: string) =>
  (await application.client.with({ token: sessionToken }).post({ query: "{ me { id } }" })).errors.length === 0;
const auditedEvents = async ({ tokens }: TestPerson, event: string) =>
  await gateway.query("SELECT id FROM audit_events WHERE event = ? AND actor = ?", [event, tokens.user.id]);

/** A user whose first refresh was answered, but the answer is lost for longer than the grace period. */
async function loseAnswer() {
  const person = await signUpPerson(gateway, application);
  const parent = person.tokens.refreshToken;
  const lost = await refresh(parent);
  gateway.clock.move({ seconds: 8 });
  return { person, parent, lost };
}
/** Uses the session token and waits until the use is recorded, which happens after the answer. */
async function use({ sessionToken, user }: TokensFragment) {
  expect(await isAccepted(sessionToken)).toBe(true);
  const sql = "SELECT id FROM sessions WHERE user_id = ? AND last_used_at > rotated_at";
  await expect.poll(() => gateway.query(sql, [user.id]), { timeout: 10_000 }).toHaveLength(1);
}

describe("lost answers of refreshSession", () => {
  it("B-06 refresh - repeated after the grace, answer never used - new tokens replace the lost ones, audited", async () => {
    const { person, parent, lost } = await loseAnswer();
    const replacement = await refresh(parent);
    expect(replacement.refreshToken).not.toBe(lost.refreshToken);
    expect(await isAccepted(lost.sessionToken)).toBe(false);
    expect(await isAccepted(replacement.sessionToken)).toBe(true);
    expect(await auditedEvents(person, "REFRESH_ANSWER_REPEATED")).toHaveLength(1);
    expect((await refresh(replacement.refreshToken)).user.id).toBe(person.tokens.user.id);
    expect(await auditedEvents(person, "REFRESH_TOKEN_REUSED")).toEqual([]);
  });

  it("B-06 refresh - repeated within the grace of the replacement - the identical replacement; after it another one", async () => {
    const { person, parent } = await loseAnswer();
    const replacement = await refresh(parent);
    const { refreshToken, sessionToken } = await refresh(parent);
    expect([refreshToken, sessionToken]).toEqual([replacement.refreshToken, replacement.sessionToken]);
    gateway.clock.move({ seconds: 8 });
    expect((await refresh(parent)).refreshToken).not.toBe(replacement.refreshToken);
    expect(await auditedEvents(person, "REFRESH_ANSWER_REPEATED")).toHaveLength(2);
  });

  it("B-06 refresh - with the replaced token - is reuse and ends the session", async () => {
    const { person, parent, lost } = await loseAnswer();
    const replacement = await refresh(parent);
    expect(await outcomeOfRefresh(lost.refreshToken)).toBe("SessionEnded");
    expect(await outcomeOfRefresh(replacement.refreshToken)).toBe("SessionEnded");
    expect(await auditedEvents(person, "REFRESH_TOKEN_REUSED")).toHaveLength(1);
  });

  it("B-06 refresh - repeated after the successor was exchanged - is reuse and ends the session", async () => {
    const { parent, lost } = await loseAnswer();
    const next = await refresh(lost.refreshToken);
    expect(await outcomeOfRefresh(parent)).toBe("SessionEnded");
    expect(await outcomeOfRefresh(next.refreshToken)).toBe("SessionEnded");
  });

  it("B-06 refresh - repeated after the grace, successor's session token used - is reuse and ends the session", async () => {
    const { parent, lost } = await loseAnswer();
    await use(lost);
    expect(await outcomeOfRefresh(parent)).toBe("SessionEnded");
    expect(await outcomeOfRefresh(lost.refreshToken)).toBe("SessionEnded");
  });

  it("B-06 refresh - repeated within the grace, successor's session token used - identical successor", async () => {
    const { tokens } = await signUpPerson(gateway, application);
    const first = await refresh(tokens.refreshToken);
    await use(first);
    expect((await refresh(tokens.refreshToken)).refreshToken).toBe(first.refreshToken);
  });

  it("B-06 refresh - token two generations old - ends the session as before", async () => {
    const { person, lost } = await loseAnswer();
    const next = await refresh(lost.refreshToken);
    await refresh(next.refreshToken);
    expect(await outcomeOfRefresh(person.tokens.refreshToken)).toBe("SessionEnded");
  });

  it("B-06 refresh - ten rotations in a minute, the last answer lost - the replacement is rate-limited, the session continues", async () => {
    const { tokens } = await signUpPerson(gateway, application);
    await gateway.clock.whileFrozen(async () => {
      let { refreshToken } = tokens;
      for (let rotation = 1; rotation < 10; rotation++) ({ refreshToken } = await refresh(refreshToken));
      await refresh(refreshToken);
      gateway.clock.move({ seconds: 5.5 });
      expect(await outcomeOfRefresh(refreshToken)).toBe("TooManyAttempts");
      gateway.clock.move({ seconds: 1 });
      expect(await outcomeOfRefresh(refreshToken)).toBe("LoggedIn");
    });
  });
});

describe("end of a session", () => {
  const secondsUntil = (instant: string) => (new Date(instant).getTime() - gateway.clock.now().getTime()) / 1000;
  const expiryOf = (jwt: string) => (JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString()) as { exp: number }).exp;

  it("A-07 refresh - a minute before the absolute end - session token and JWT expire with the session", async () => {
    const short = await gateway.createApplication("Short", "session.absoluteDays=1", "session.refreshGraceSeconds=5");
    const { tokens } = await signUpPerson(gateway, short);
    const sessionEndsAt = gateway.clock.now().getTime() + 86_400_000;
    gateway.clock.move({ hours: 23, minutes: 59 });
    const expectWithinSession = ({ jwt, jwtExpiresAt, sessionTokenExpiresAt }: TokensFragment) => {
      for (const instant of [sessionTokenExpiresAt, jwtExpiresAt, new Date(expiryOf(jwt) * 1000).toISOString()]) {
        expect(new Date(instant).getTime()).toBeLessThanOrEqual(sessionEndsAt);
        expect(secondsUntil(instant)).toBeGreaterThan(30);
      }
    };
    expectWithinSession(await refresh(tokens.refreshToken, short));
    gateway.clock.move({ seconds: 8 });
    const replacement = await refresh(tokens.refreshToken, short);
    expectWithinSession(replacement);
    const { issueJwt } = await short.client.with({ token: replacement.sessionToken }).expect(IssueJwtDocument, { input: {} });
    expect(expiryOf(issueJwt.jwt) * 1000).toBeLessThanOrEqual(sessionEndsAt);
    expect(new Date(issueJwt.expiresAt).getTime()).toBe(expiryOf(issueJwt.jwt) * 1000);
    gateway.clock.move({ minutes: 1 });
    expect((await tryRefresh(replacement.refreshToken, short)).__typename).toBe("SessionEnded");
  });

  it("A-07 issue JWT - JWTs of a day, idle time of a day, an hour after the refresh - the JWT expires with the session", async () => {
    const idle = await gateway.createApplication(
      "Idle",
      "session.idleDays=1",
      "token.lifetimeMinutes=1440",
      "session.sessionTokenMinutes=60",
    );
    const { client } = await signUpPerson(gateway, idle);
    const sessionEndsAt = gateway.clock.now().getTime() + 86_400_000;
    gateway.clock.move({ minutes: 50 });
    const { issueJwt } = await client.expect(IssueJwtDocument, { input: {} });
    expect(expiryOf(issueJwt.jwt) * 1000).toBeLessThanOrEqual(sessionEndsAt);
  });
});

describe("grace period of a slow gateway", () => {
  /** Runs `work` in the next request for a session, after the session was read. */
  const afterNextRead = (work: () => void | Promise<void>) => {
    const directory = gateway.services.applicationDirectory;
    const getAtVersion = directory.getAtVersion.bind(directory);
    vi.spyOn(directory, "getAtVersion").mockImplementationOnce(async (...parameters) => {
      await work();
      return await getAtVersion(...parameters);
    });
  };

  it("F-04 refresh - arrived within the grace, read after it - identical successor", async () => {
    const { tokens } = await signUpPerson(gateway, application);
    await gateway.clock.whileFrozen(async () => {
      const first = await refresh(tokens.refreshToken);
      gateway.clock.move({ seconds: 4 });
      afterNextRead(() => gateway.clock.move({ seconds: 2 }));
      expect((await refresh(tokens.refreshToken)).refreshToken).toBe(first.refreshToken);
    });
  });

  it("F-04 refresh - arrived before the rotation by another request, read long after it - identical successor", async () => {
    const { tokens } = await signUpPerson(gateway, application);
    let rotated = "";
    afterNextRead(async () => {
      gateway.clock.move({ seconds: 8 });
      rotated = (await refresh(tokens.refreshToken)).refreshToken;
      gateway.clock.move({ seconds: 8 });
    });
    expect((await refresh(tokens.refreshToken)).refreshToken).toBe(rotated);
  });
});
