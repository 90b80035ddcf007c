import { StalePremise } from "../../platform/database/index.js";
import type { Application } from "../applications/index.js";
import type { RequestOrigin } from "../request-context.js";
import type { Phone, User } from "../users/index.js";
import type { AccountServices } from "./account-services.js";
import { smsCodeSubject } from "./sms-code.js";

/**
 * Removes a user and every personal thing kept about them, and says goodbye; nothing when somebody else just did. Runs in the caller's
 * transaction.
 */
export async function eraseUser(
  nouns: AccountServices,
  application: Application,
  { id }: Pick<User, "id">,
  origin: RequestOrigin,
  actor = id,
): Promise<void> {
  const { users, sessions, challenges, pendingSignUps, outbox, invitations, audit } = nouns;
  const { tokenChallenges, secondFactors, recoveryCodes } = nouns;
  const applicationId = application.id;
  const user = await users.findById(applicationId, id);
  if (!user) return;
  // An address or number that was changed meanwhile has traces of its own.
  if (!(await users.delete(user))) throw new StalePremise();
  await sessions.deleteOfUser(user);
  await tokenChallenges.deleteOfUser(applicationId, id);
  await secondFactors.deleteOfUser(user);
  await recoveryCodes.deleteOfUser(user);
  for (const phone of await listPhones(nouns, user)) await outbox.deleteOfRecipient(applicationId, phone);
  for (const purpose of ["HANDLE_CHANGE", "PHONE", "SECOND_FACTOR"] as const)
    await challenges.delete({ applicationId, purpose, binding: user.id });
  await invitations.voidOfInviter(applicationId, user.id);
  if (user.email) {
    await invitations.deleteOfHandle(applicationId, user.email);
    for (const purpose of ["SIGN_UP", "PASSWORD_RESET"] as const) await challenges.delete({ applicationId, purpose, binding: user.email });
    await pendingSignUps.deleteOfHandle(applicationId, user.email);
    await outbox.deleteOfRecipient(applicationId, user.email);
    await outbox.queue({ application, template: "accountDeleted", to: user.email, locale: user.locale, parameters: {} });
  }
  await audit.record({ applicationId, event: "ACCOUNT_DELETED", outcome: "SUCCESS", actor, origin, details: { userId: user.id } });
  await audit.forgetAddresses(applicationId, user.id);
}

/** The user's number, and one that was still to be verified. */
async function listPhones({ challenges }: AccountServices, user: User): Promise<Phone[]> {
  const claim = await challenges.findLive(smsCodeSubject(user, "PHONE"));
  return [user.phone, claim?.detail as Phone | null | undefined].filter((phone) => phone != null);
}
