import type { Services } from "../../app/services.js";
import type { CredentialChangeServices } from "../../domain/account-operations/index.js";
import type { ApplicationContext } from "../../domain/applications/index.js";
import { failureOnPasswordChange, passwordViolations, type VerifiedUser } from "../../domain/authenticators/index.js";
import { sessionPasswordKeys } from "../../domain/rate-limiting/index.js";
import type { AuthenticatedSession } from "../../domain/sessions/index.js";
import type { PasswordHash } from "../../platform/crypto/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";

type Dependencies = Pick<Services, "signIn" | "rateLimiter" | "passwords" | "hasher"> & CredentialChangeServices;

/** Change of the password by a user who knows the current one. */
export class PasswordChangeService {
  constructor(private readonly services: Dependencies) {}

  /**
   * Requires a recently verified second factor if one is enrolled. The new password is validated before the current one is verified, so
   * that a weak password costs no attempt. Exactly one of several concurrent changes succeeds.
   */
  async change(
    context: ApplicationContext,
    caller: AuthenticatedSession,
    currentPassword: string,
    newPassword: string,
  ): Promise<{ kind: "changed" } | Failure> {
    const { settings } = context.application;
    const { user, session } = caller;
    if (!(await this.services.signIn.isSecondFactorRecentlyVerified(caller))) return failure("REAUTHENTICATION_REQUIRED");
    const violations = passwordViolations(newPassword, settings.password, {
      applicationName: settings.general.name,
      email: user.email,
    });
    if (violations.length > 0) return failure("PASSWORD_REFUSED", { path: ["newPassword"], violations });
    const limited = () =>
      this.services.rateLimiter.limited(
        context,
        sessionPasswordKeys(context.application.id, user.id, session.id),
        () => this.apply(context, caller, currentPassword, newPassword),
        ({ kind }) => kind === "changed",
      );
    return await this.services.hasher.admit(limited).catch((error) => failureOnPasswordChange(error, ["currentPassword"]));
  }

  private async apply(context: ApplicationContext, { user, session }: AuthenticatedSession, currentPassword: string, newPassword: string) {
    const { passwords, hasher, audit } = this.services;
    const { hasDisconnected } = context.client;
    let newHash: PasswordHash | undefined;
    const changed = await passwords.withVerified(user, currentPassword, hasDisconnected, async (verified) => {
      newHash ??= await hasher.hash(newPassword, hasDisconnected);
      return await this.replace(context, verified, session.id, newHash);
    });
    if (changed) return changed;
    await audit.failure(context, "PASSWORD_CHANGED");
    return failure("INVALID_CREDENTIALS", { path: ["currentPassword"] });
  }

  /** Null if the password is no longer the verified one. */
  private async replace(context: ApplicationContext, user: VerifiedUser, sessionId: string, newHash: PasswordHash) {
    const { users, sessions, outbox, audit, database } = this.services;
    return await database.transaction(async (tx) => {
      if (!(await users.changePassword(tx, user, user.password.hash, newHash))) return null;
      await sessions.endByUser(tx, user, "PASSWORD_CHANGED", sessionId);
      await outbox.notify(context, tx, user, "passwordChanged");
      await audit.success(context, "PASSWORD_CHANGED");
      return { kind: "changed" as const };
    });
  }
}
