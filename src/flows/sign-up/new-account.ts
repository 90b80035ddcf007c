import type { NewUserServices } from "../../domain/account-operations/index.js";
import type { Application, ApplicationContext } from "../../domain/applications/index.js";
import type { ChallengeSubject } from "../../domain/one-time-codes/index.js";
import type { AccountPurpose } from "../../domain/rate-limiting/index.js";
import { actingAsUser } from "../../domain/request-context.js";
import type { Email, PendingSignUpEntity, User } from "../../domain/users/index.js";
import { type PasswordHash, randomId } from "../../platform/crypto/index.js";
import type { Transaction } from "../../platform/database/index.js";

/** What a sign-up makes a user of. */
export type NewUserData = Pick<PendingSignUpEntity, "emailAsTyped" | "metadata" | "locale"> & { readonly password: PasswordHash | null };

/** The code that proves the mailbox of a sign-up. */
export const signUpSubject = ({ id }: Application, email: Email): ChallengeSubject => ({
  applicationId: id,
  purpose: "SIGN_UP",
  binding: email,
});
/** What its attempts and messages are counted for. */
export const signUpPurpose = ({ id }: Application, email: Email): AccountPurpose => ({
  applicationId: id,
  purpose: "SIGN_UP",
  handle: email,
});

/** Makes the user. @throws a unique violation when the handle is taken */
export async function createAccount(
  context: ApplicationContext,
  tx: Transaction,
  dependencies: NewUserServices,
  email: Email,
  userData: NewUserData,
): Promise<User> {
  const { users, audit, clock } = dependencies;
  const { password, metadata, locale, emailAsTyped } = userData;
  const row = { applicationId: context.application.id, id: randomId(), email, emailAsTyped, password, metadata, locale };
  const user = await users.insert(tx, { ...row, createdAt: clock.now() });
  await dependencies.invitations.revokeByHandle(tx, context.application.id, email);
  await audit.success(actingAsUser(context, user), "SIGN_UP_COMPLETED");
  return user;
}

/** Sign-ups that wait for their code, oldest first. */
export async function listPendingSignUps(
  { pendingSignUps, clock }: NewUserServices,
  { id }: Application,
  email: Email,
): Promise<PendingSignUpEntity[]> {
  const now = clock.now();
  const rows = (await pendingSignUps.list(id, email)).filter(({ expiresAt }) => expiresAt > now);
  return rows.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
}
