import type { Nouns } from "../../app/services.js";
import { eraseUser } from "../../domain/account-operations/index.js";
import type { Application } from "../../domain/applications/index.js";
import type { RequestOrigin } from "../../domain/request-context.js";
import type { AuthenticatedSession } from "../../domain/sessions/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";

/** A user leaves. */
export class AccountDeletionService {
  constructor(private readonly nouns: Nouns) {}

  async delete(
    application: Application,
    who: AuthenticatedSession,
    origin: RequestOrigin,
  ): Promise<{ kind: "deleted"; deletedAt: Date } | Failure> {
    const { admission, database, clock } = this.nouns;
    if (!(await admission.isProofFresh(who))) return failure("REAUTHENTICATION_REQUIRED");
    const deletedAt = clock.now();
    await database.transaction(() => eraseUser(this.nouns, application, who.user, origin));
    return { kind: "deleted", deletedAt };
  }
}
