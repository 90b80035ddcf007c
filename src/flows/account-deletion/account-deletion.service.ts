import { eraseUser } from "../../accounts/index.js";
import type { Application } from "../../applications/index.js";
import type { RequestOrigin } from "../../audit/index.js";
import { type Failure, failure } from "../../errors/index.js";
import type { Nouns } from "../../nouns.js";
import type { AuthenticatedSession } from "../../sessions/index.js";

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
