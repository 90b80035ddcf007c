import type { Services } from "../../app/services.js";
import type { Application } from "../../domain/applications/index.js";
import { passwordViolations } from "../../domain/authenticators/index.js";
import { sessionPasswordKeys } from "../../domain/rate-limiting/index.js";
import type { ClientInfo } from "../../domain/request-context.js";
import type { AuthenticatedSession } from "../../domain/sessions/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";

/** Somebody who knows the password chooses another. */
export class PasswordChangeService {
  constructor(private readonly services: Services) {}

  /**
   * Somebody with a second factor proves it first. The new password is judged before the old one, so that a weak one costs no attempt.
   * Of several changes at once one wins.
   */
  async change(
    application: Application,
    caller: AuthenticatedSession,
    currentPassword: string,
    newPassword: string,
    client: ClientInfo,
  ): Promise<{ kind: "changed" } | Failure> {
    const { settings } = application;
    const { user, session } = caller;
    if (!(await this.services.signIn.isSecondFactorRecentlyVerified(caller))) return failure("REAUTHENTICATION_REQUIRED");
    const context = { applicationName: settings.general.name, email: user.email };
    const violations = passwordViolations(newPassword, settings.password, context);
    if (violations.length > 0) return failure("PASSWORD_REFUSED", { path: ["newPassword"], violations });
    return await this.services.rateLimiter.limited(
      sessionPasswordKeys(application.id, user.id, session.id),
      client,
      () => this.apply(application, caller, currentPassword, newPassword, client),
      ({ kind }) => kind === "changed",
    );
  }

  private async apply(
    application: Application,
    { user, session }: AuthenticatedSession,
    currentPassword: string,
    newPassword: string,
    client: ClientInfo,
  ) {
    const { passwords, hasher, users, sessions, outbox, audit, database } = this.services;
    const auditEvent = { applicationId: application.id, event: "PASSWORD_CHANGED", actor: user.id, client } as const;
    const verifiedHash = await passwords.verify(user, currentPassword);
    if (!verifiedHash) {
      await audit.record({ ...auditEvent, outcome: "FAILURE" });
      return failure("INVALID_CREDENTIALS", { path: ["currentPassword"] });
    }
    const hash = await hasher.hash(newPassword);
    return await database.transaction(async (tx) => {
      if (!(await users.changePassword(tx, user, verifiedHash.hash, hash)))
        return failure("INVALID_CREDENTIALS", { path: ["currentPassword"] });
      await sessions.endByUser(tx, user, "PASSWORD_CHANGED", session.id);
      if (user.email)
        await outbox.queue(tx, { application, template: "passwordChanged", to: user.email, locale: user.locale, parameters: {} });
      await audit.record({ ...auditEvent, outcome: "SUCCESS" });
      return { kind: "changed" as const };
    });
  }
}
