import { expect, it } from "vitest";
import { MeDocument, RefreshSessionDocument } from "../support/generated/authentication.js";
import {
  CreateUserDocument,
  DeleteUserDocument,
  SuspendUserDocument,
  UnlockUserDocument,
  UpdateUserMetadataDocument,
} from "../support/generated/management.js";
import { logIn, signUpPerson, uniqueEmail } from "../support/people.js";
import { REQUEST_COUNT, raceFixture, rounds } from "../support/race-fixture.js";

const fields = Array.from({ length: REQUEST_COUNT }, (_, index) => ({
  path: `key${index}`,
  setBy: index % 2 === 0 ? "DEVELOPER" : "USER",
}));
const fixture = raceFixture(`metadata.fields=${JSON.stringify(fields)}`);
const backEnd = () => fixture.gatewayA.management(fixture.application.secretKey);
const person = () => signUpPerson(fixture.gatewayA, fixture.application);
const liveSessions = (userId: string) => fixture.count("sessions WHERE user_id = ? AND ended_at IS NULL", userId);

it.each(rounds)("RC-05 suspendUser and log-ins, round %i - 20 at once - no live session remains", async () => {
  const { email, tokens } = await person();
  const input = { applicationId: fixture.application.id, userId: tokens.user.id };
  const outcomes = await Promise.all([
    fixture.race(REQUEST_COUNT, (client) => logIn(client, email)),
    fixture.race(REQUEST_COUNT / 4, (client) => client.expect(SuspendUserDocument, { input }), backEnd()),
  ]);
  for (const { __typename } of outcomes[0]) expect(["LoggedIn", "AccountSuspended", "InvalidCredentials"]).toContain(__typename);
  expect(await liveSessions(tokens.user.id)).toBe(0);
  for (const answer of outcomes[0])
    if (answer.__typename === "LoggedIn") {
      const me = await fixture.application.client.with({ token: answer.sessionToken }).run(MeDocument, {});
      expect(me.errors[0]?.extensions.code).toBe("UNAUTHENTICATED");
    }
  const told = fixture.gatewayA.mails.received.filter(({ to, subject }) => to === email && subject.includes("suspended"));
  expect(told.length).toBeLessThanOrEqual(1);
  expect(await fixture.count("audit_events WHERE event = 'USER_SUSPENDED' AND details LIKE ?", `%${tokens.user.id}%`)).toBe(1);
});

it.each(rounds)("RC-05 deleteUser and refreshes, round %i - 20 at once - one deletes, no row and no token remains", async () => {
  const { email, tokens } = await person();
  const { id } = tokens.user;
  const input = { applicationId: fixture.application.id, userId: id };
  const [refreshed, deleted] = await Promise.all([
    fixture.race(REQUEST_COUNT, (client) => client.run(RefreshSessionDocument, { input: { refreshToken: tokens.refreshToken } })),
    fixture.race(REQUEST_COUNT / 4, (client) => client.run(DeleteUserDocument, { input }), backEnd()),
  ]);
  expect(deleted.map(({ errors }) => errors[0]?.extensions.code ?? "deleted").sort()).toEqual([
    "FORBIDDEN",
    "FORBIDDEN",
    "FORBIDDEN",
    "FORBIDDEN",
    "deleted",
  ]);
  for (const { data } of refreshed) {
    const answer = data?.refreshSession;
    if (answer?.__typename !== "LoggedIn") continue;
    const me = await fixture.application.client.with({ token: answer.sessionToken }).run(MeDocument, {});
    expect(me.errors[0]?.extensions.code).toBe("UNAUTHENTICATED");
  }
  expect(await fixture.count("sessions WHERE user_id = ?", id)).toBe(0);
  expect(await fixture.count("users WHERE id = ?", id)).toBe(0);
  await fixture.gatewayA.mails.waitUntil(
    () => fixture.gatewayA.mails.received.some(({ to, subject }) => to === email && subject.includes("deleted")),
    "goodbye",
  );
  expect(await fixture.count("audit_events WHERE event = 'ACCOUNT_DELETED' AND details LIKE ?", `%${id}%`)).toBe(1);
});

it.each(rounds)("RC-06 updateUserMetadata, round %i - 20 at once, each its own key - all keys are stored", async () => {
  const { tokens } = await person();
  const base = { applicationId: fixture.application.id, userId: tokens.user.id };
  const answers = await fixture.race(
    REQUEST_COUNT,
    (client, index) => client.expect(UpdateUserMetadataDocument, { input: { ...base, metadata: { [`key${index}`]: `value${index}` } } }),
    backEnd(),
  );
  for (const { updateUserMetadata } of answers) expect(updateUserMetadata.__typename).toBe("UserMetadataUpdated");
  const [row] = await fixture.gatewayA.query<{ metadata: string }>("SELECT metadata FROM users WHERE id = ?", [tokens.user.id]);
  expect(Object.keys(JSON.parse(row?.metadata ?? "{}") as object)).toHaveLength(REQUEST_COUNT);
});

it.each(rounds)("RC-09 createUser, round %i - 20 at once, one address - one account, one mail", async () => {
  const email = uniqueEmail("raced");
  const input = { applicationId: fixture.application.id, email };
  const answers = await fixture.race(REQUEST_COUNT, (client) => client.expect(CreateUserDocument, { input }), backEnd());
  const created = answers.filter(({ createUser }) => createUser.__typename === "UserCreated");
  expect(created).toHaveLength(1);
  for (const { createUser } of answers) expect(["UserCreated", "HandleUnavailable", "TooManyAttempts"]).toContain(createUser.__typename);
  await fixture.gatewayA.mails.nextCode(email);
  expect(fixture.gatewayA.mails.received.filter(({ to }) => to === email)).toHaveLength(1);
  expect(await fixture.count("users WHERE email = ?", email)).toBe(1);
});

it("TH-12 unlockUser and wrong passwords - 20 at once - no request fails, and the owner logs in", async () => {
  const { email, tokens } = await person();
  const input = { applicationId: fixture.application.id, userId: tokens.user.id };
  await Promise.all([
    fixture.race(REQUEST_COUNT, (client) => logIn(client, email, "certainly not the password")),
    fixture.race(REQUEST_COUNT / 4, (client) => client.expect(UnlockUserDocument, { input }), backEnd()),
  ]);
  await backEnd().expect(UnlockUserDocument, { input });
  expect(await logIn(fixture.application.client, email)).toMatchObject({ __typename: "LoggedIn" });
});
