import type { Nouns } from "../../app/services.js";
import type { Application } from "../../domain/applications/index.js";
import { passwordViolations } from "../../domain/authenticators/index.js";
import { sessionPasswordAttempts } from "../../domain/rate-limiting/index.js";
import type { RequestOrigin } from "../../domain/request-context.js";
import type { AuthenticatedSession } from "../../domain/sessions/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";

/** Somebody who knows the password chooses another. */
export class PasswordChangeService {
  constructor(private readonly nouns: Nouns) {}

  /**
   * Somebody with a second factor proves it first. The new password is judged before the old one, so that a weak one costs no attempt.
   * Of several changes at once one wins.
   */
  async change(
    application: Application,
    who: AuthenticatedSession,
    currentPassword: string,
    newPassword: string,
    origin: RequestOrigin,
  ): Promise<{ kind: "changed" } | Failure> {
    const { settings } = application;
    const { user, session } = who;
    if (!(await this.nouns.admission.isFactorProofFresh(who))) return failure("REAUTHENTICATION_REQUIRED");
    const context = { applicationName: settings.general.name, email: user.email };
    const violations = passwordViolations(newPassword, settings.password, context);
    if (violations.length > 0) return failure("PASSWORD_REFUSED", { path: ["newPassword"], violations });
    return await this.nouns.throttle.guard(
      sessionPasswordAttempts(application.id, user.id, session.id),
      origin,
      () => this.apply(application, who, currentPassword, newPassword, origin),
      ({ kind }) => kind === "changed",
    );
  }

  private async apply(
    application: Application,
    { user, session }: AuthenticatedSession,
    current: string,
    next: string,
    origin: RequestOrigin,
  ) {
    const { passwords, hasher, users, sessions, outbox, audit, database } = this.nouns;
    const entry = { applicationId: application.id, event: "PASSWORD_CHANGED", actor: user.id, origin } as const;
    const proved = await passwords.verify(user, current);
    if (!proved) {
      await audit.record({ ...entry, outcome: "FAILURE" });
      return failure("INVALID_CREDENTIALS", { path: ["currentPassword"] });
    }
    const hash = await hasher.hash(next);
    return await database.transaction(async () => {
      if (!(await users.changePassword(user, proved.hash, hash))) return failure("INVALID_CREDENTIALS", { path: ["currentPassword"] });
      await sessions.endOfUser(user, "PASSWORD_CHANGED", session.id);
      if (user.email) await outbox.queue({ application, template: "passwordChanged", to: user.email, locale: user.locale, parameters: {} });
      await audit.record({ ...entry, outcome: "SUCCESS" });
      return { kind: "changed" as const };
    });
  }
}
