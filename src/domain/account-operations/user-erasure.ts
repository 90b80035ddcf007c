import type { Transaction } from "../../platform/database/index.js";
import { ConcurrencyConflict } from "../../platform/database/index.js";
import type { ApplicationContext } from "../applications/index.js";
import type { Phone, User } from "../users/index.js";
import type { AccountServices } from "./account-services.js";
import { smsCodeSubject } from "./sms-code.js";

/** What erasing a user requires. */
export type ErasureServices = Pick<
  AccountServices,
  | "users"
  | "sessions"
  | "challenges"
  | "tokenChallenges"
  | "secondFactors"
  | "recoveryCodes"
  | "pendingSignUps"
  | "invitations"
  | "outbox"
  | "audit"
>;

/**
 * Deletes a user and all related personal data in the caller's transaction and notifies the user. Does nothing when the user no longer
 * exists. @throws ConcurrencyConflict when the user was changed meanwhile
 */
export async function eraseUser(
  context: ApplicationContext,
  tx: Transaction,
  services: ErasureServices,
  { id }: Pick<User, "id">,
): Promise<void> {
  const { users, sessions, challenges, pendingSignUps, outbox, invitations, audit } = services;
  const { tokenChallenges, secondFactors, recoveryCodes } = services;
  const applicationId = context.application.id;
  const user = await users.findById(applicationId, id);
  if (!user) return;
  // After a concurrent change of address or number, data of the new one would remain.
  if (!(await users.delete(tx, user))) throw new ConcurrencyConflict();
  await sessions.deleteByUser(tx, user);
  await tokenChallenges.deleteByUser(tx, applicationId, id);
  await secondFactors.deleteByUser(tx, user);
  await recoveryCodes.deleteByUser(tx, user);
  for (const phone of await listPhones(services, user)) await outbox.deleteByRecipient(tx, applicationId, phone);
  for (const purpose of ["HANDLE_CHANGE", "PHONE", "SECOND_FACTOR"] as const)
    await challenges.delete(tx, { applicationId, purpose, binding: user.id });
  await invitations.revokeByInviter(tx, applicationId, user.id);
  if (user.email) {
    await invitations.deleteByHandle(tx, applicationId, user.email);
    for (const purpose of ["SIGN_UP", "PASSWORD_RESET"] as const)
      await challenges.delete(tx, { applicationId, purpose, binding: user.email });
    await pendingSignUps.deleteByHandle(tx, applicationId, user.email);
    await outbox.deleteByRecipient(tx, applicationId, user.email);
    await outbox.notify(context, tx, user, "accountDeleted");
  }
  await audit.success(context, "ACCOUNT_DELETED", { userId: user.id });
  await audit.eraseAddresses(tx, applicationId, user.id);
}

/** The user's number, and one whose verification is pending. */
async function listPhones({ challenges }: ErasureServices, user: User): Promise<Phone[]> {
  const pendingVerification = await challenges.findLive(smsCodeSubject(user, "PHONE"));
  return [user.phone, pendingVerification?.detail as Phone | null | undefined].filter((phone) => phone != null);
}
