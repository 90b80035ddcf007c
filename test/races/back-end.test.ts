import { expect, it } from "vitest";
import { MeDocument, RefreshSessionDocument } from "../support/generated/authentication.js";
import {
  CreateUserDocument,
  DeleteUserDocument,
  SuspendUserDocument,
  UnlockUserDocument,
  UpdateUserMetadataDocument,
} from "../support/generated/management.js";
import { freshEmail, logIn, signUpPerson } from "../support/people.js";
import { N, rounds, track } from "../support/races.js";

const fields = Array.from({ length: N }, (_, index) => ({ path: `key${index}`, setBy: index % 2 === 0 ? "DEVELOPER" : "USER" }));
const stage = track(`metadata.fields=${JSON.stringify(fields)}`);
const backEnd = () => stage.one.management(stage.application.secretKey);
const person = () => signUpPerson(stage.one, stage.application);
const liveSessions = (userId: string) => stage.count("sessions WHERE user_id = ? AND ended_at IS NULL", userId);

it.each(rounds)("RC-05 suspendUser beside log-ins, round %i - 20 at once - no session is left alive", async () => {
  const { email, tokens } = await person();
  const input = { applicationId: stage.application.id, userId: tokens.user.id };
  const outcomes = await Promise.all([
    stage.race(N, (client) => logIn(client, email)),
    stage.race(N / 4, (client) => client.expect(SuspendUserDocument, { input }), backEnd()),
  ]);
  for (const { __typename } of outcomes[0]) expect(["LoggedIn", "AccountSuspended", "InvalidCredentials"]).toContain(__typename);
  expect(await liveSessions(tokens.user.id)).toBe(0);
  for (const answer of outcomes[0])
    if (answer.__typename === "LoggedIn") {
      const me = await stage.application.client.with({ token: answer.sessionToken }).run(MeDocument, {});
      expect(me.errors[0]?.extensions.code).toBe("UNAUTHENTICATED");
    }
  const told = stage.one.mails.received.filter(({ to, subject }) => to === email && subject.includes("suspended"));
  expect(told.length).toBeLessThanOrEqual(1);
  expect(await stage.count("audit_events WHERE event = 'USER_SUSPENDED' AND details LIKE ?", `%${tokens.user.id}%`)).toBe(1);
});

it.each(rounds)("RC-05 deleteUser beside refreshes, round %i - 20 at once - one deletes, no row and no token survives", async () => {
  const { email, tokens } = await person();
  const { id } = tokens.user;
  const input = { applicationId: stage.application.id, userId: id };
  const [refreshed, deleted] = await Promise.all([
    stage.race(N, (client) => client.run(RefreshSessionDocument, { input: { refreshToken: tokens.refreshToken } })),
    stage.race(N / 4, (client) => client.run(DeleteUserDocument, { input }), backEnd()),
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
    const me = await stage.application.client.with({ token: answer.sessionToken }).run(MeDocument, {});
    expect(me.errors[0]?.extensions.code).toBe("UNAUTHENTICATED");
  }
  expect(await stage.count("sessions WHERE user_id = ?", id)).toBe(0);
  expect(await stage.count("users WHERE id = ?", id)).toBe(0);
  await stage.one.mails.until(
    () => stage.one.mails.received.some(({ to, subject }) => to === email && subject.includes("deleted")),
    "goodbye",
  );
  expect(await stage.count("audit_events WHERE event = 'ACCOUNT_DELETED' AND details LIKE ?", `%${id}%`)).toBe(1);
});

it.each(rounds)("RC-06 updateUserMetadata, round %i - 20 at once, each its own key - all keys are there", async () => {
  const { tokens } = await person();
  const base = { applicationId: stage.application.id, userId: tokens.user.id };
  const answers = await stage.race(
    N,
    (client, index) => client.expect(UpdateUserMetadataDocument, { input: { ...base, metadata: { [`key${index}`]: `value${index}` } } }),
    backEnd(),
  );
  for (const { updateUserMetadata } of answers) expect(updateUserMetadata.__typename).toBe("UserMetadataUpdated");
  const [row] = await stage.one.query<{ metadata: string }>("SELECT metadata FROM users WHERE id = ?", [tokens.user.id]);
  expect(Object.keys(JSON.parse(row?.metadata ?? "{}") as object)).toHaveLength(N);
});

it.each(rounds)("RC-09 createUser, round %i - 20 at once, one address - one account, one mail", async () => {
  const email = freshEmail("raced");
  const input = { applicationId: stage.application.id, email };
  const answers = await stage.race(N, (client) => client.expect(CreateUserDocument, { input }), backEnd());
  const created = answers.filter(({ createUser }) => createUser.__typename === "UserCreated");
  expect(created).toHaveLength(1);
  for (const { createUser } of answers) expect(["UserCreated", "HandleUnavailable", "TooManyAttempts"]).toContain(createUser.__typename);
  await stage.one.mails.nextCode(email);
  expect(stage.one.mails.received.filter(({ to }) => to === email)).toHaveLength(1);
  expect(await stage.count("users WHERE email = ?", email)).toBe(1);
});

it("TH-12 unlockUser beside guesses - 20 at once - nobody fails, and the owner logs in", async () => {
  const { email, tokens } = await person();
  const input = { applicationId: stage.application.id, userId: tokens.user.id };
  await Promise.all([
    stage.race(N, (client) => logIn(client, email, "certainly not the password")),
    stage.race(N / 4, (client) => client.expect(UnlockUserDocument, { input }), backEnd()),
  ]);
  await backEnd().expect(UnlockUserDocument, { input });
  expect(await logIn(stage.application.client, email)).toMatchObject({ __typename: "LoggedIn" });
});
