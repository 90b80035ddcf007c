import type { NewUserServices } from "../../domain/account-operations/index.js";
import type { Application, ApplicationContext } from "../../domain/applications/index.js";
import type { ChallengeSubject } from "../../domain/one-time-codes/index.js";
import { actingAsUser } from "../../domain/request-context.js";
import type { Email, PendingSignUpEntity, User } from "../../domain/users/index.js";
import { type PasswordHash, randomId } from "../../platform/crypto/index.js";
import type { Transaction } from "../../platform/database/index.js";

/** Data of a sign-up from which the user is created. */
export type NewUserData = Pick<PendingSignUpEntity, "emailAsTyped" | "metadata" | "locale"> & { readonly password: PasswordHash | null };

/** The challenge that verifies the address of a sign-up; its attempts and messages are counted for the same key. */
export const signUpSubject = ({ id }: Application, email: Email): ChallengeSubject => ({
  applicationId: id,
  purpose: "SIGN_UP",
  binding: email,
});

/** @throws a unique violation when the handle is taken */
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

/** Unexpired sign-ups of an address, oldest first. */
export async function listPendingSignUps(
  { pendingSignUps, clock }: NewUserServices,
  { id }: Application,
  email: Email,
): Promise<PendingSignUpEntity[]> {
  const now = clock.now();
  const rows = (await pendingSignUps.list(id, email)).filter(({ expiresAt }) => expiresAt > now);
  return rows.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
}
