import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gatewayForFile, type TestApplication, TestGateway } from "../support/gateway.js";
import { ChangePasswordDocument, ReauthenticateDocument } from "../support/generated/authentication.js";
import { logIn, PASSWORD, requireLogIn, signUpPerson } from "../support/people.js";
import { finishTogether, rounds } from "../support/race-fixture.js";

/** Hashes at a lower cost than `costlier`, on the same database. */
const gateway = gatewayForFile();
let costlier: TestGateway;
let application: TestApplication;
beforeAll(async () => {
  costlier = await TestGateway.start({ shareDatabaseOf: gateway, environment: { BCRYPT_COST: "5" } });
  application = await gateway.createApplication();
});
afterAll(() => costlier.stop());

const NEW_PASSWORD = "chosen while others log in";

/** A user with a hash of the lower cost, and clients of the gateway with the higher one. */
async function signUpBeforeRaise() {
  const { email, tokens } = await signUpPerson(gateway, application);
  const client = application.client.with({ baseUrl: costlier.url });
  return { email, tokens, client, inSession: client.with({ token: tokens.sessionToken }), counts: await sumOfCounts() };
}
/** Attempts and messages that are counted in the application. */
const sumOfCounts = async () => {
  const [row] = await gateway.query<{ n: number }>("SELECT SUM(used) AS n FROM throttle_buckets WHERE application_id = ?", [
    application.id,
  ]);
  return Number(row?.n);
};
/** Runs requests that have all verified the hash of the lower cost before one of them renews it. */
async function raceAtOldHash<T>(requests: readonly (() => Promise<T>)[]): Promise<T[]> {
  const restore = finishTogether(costlier.services.hasher, "verify", requests.length);
  try {
    return await Promise.all(requests.map((request) => request()));
  } finally {
    restore();
  }
}
async function expectNothingCounted(userId: string, countsBefore: number) {
  const failures = "SELECT event FROM audit_events WHERE outcome = 'FAILURE' AND actor = ?";
  expect(await gateway.query(failures, [userId])).toEqual([]);
  expect(await sumOfCounts()).toBe(countsBefore);
}
const typesOf = (answers: readonly { __typename: string }[]) => answers.map(({ __typename }) => __typename);

describe("renewal of hashes after the cost was raised", () => {
  it.each(rounds)("A-03 logIn - five right ones at once, round %i - all succeed, and none is counted", async () => {
    const { email, tokens, client, counts } = await signUpBeforeRaise();
    const answers = await raceAtOldHash(Array.from({ length: 5 }, () => () => logIn(client.with({ address: undefined }), email)));
    expect(typesOf(answers)).toEqual(Array.from({ length: 5 }, () => "LoggedIn"));
    await expectNothingCounted(tokens.user.id, counts);
    const [row] = await gateway.query<{ password_hash: string }>("SELECT password_hash FROM users WHERE id = ?", [tokens.user.id]);
    expect(row?.password_hash).toMatch(/^\$2b\$05\$/);
  });

  it.each(rounds)("A-03 changePassword - beside a right logIn, round %i - succeeds, and none is counted", async () => {
    const { email, tokens, client, inSession, counts } = await signUpBeforeRaise();
    const input = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    const change = async () => (await inSession.expect(ChangePasswordDocument, { input })).changePassword;
    const [changed, loggedIn] = typesOf(await raceAtOldHash<{ __typename: string }>([change, () => logIn(client, email)]));
    expect(changed).toBe("PasswordChanged");
    // After the change, the old password is wrong.
    expect(["LoggedIn", "InvalidCredentials"]).toContain(loggedIn);
    await expectNothingCounted(tokens.user.id, counts);
    await requireLogIn(client, email, NEW_PASSWORD);
  });

  it.each(rounds)("A-03 reauthenticate - beside a right logIn, round %i - both succeed, and none is counted", async () => {
    const { email, tokens, client, inSession, counts } = await signUpBeforeRaise();
    const input = { password: PASSWORD };
    const reauthenticate = async () => (await inSession.expect(ReauthenticateDocument, { input })).reauthenticate;
    const answers = await raceAtOldHash<{ __typename: string }>([reauthenticate, () => logIn(client, email)]);
    expect(typesOf(answers)).toEqual(["Reauthenticated", "LoggedIn"]);
    await expectNothingCounted(tokens.user.id, counts);
  });
});
