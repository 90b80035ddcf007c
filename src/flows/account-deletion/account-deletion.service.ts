import type { Services } from "../../app/services.js";
import { type ErasureServices, eraseUser } from "../../domain/account-operations/index.js";
import type { ApplicationContext } from "../../domain/applications/index.js";
import type { AuthenticatedSession } from "../../domain/sessions/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";

type Dependencies = Pick<Services, "signIn" | "database" | "clock"> & ErasureServices;

/** A user's deletion of the account, which requires recent authentication. */
export class AccountDeletionService {
  constructor(private readonly services: Dependencies) {}

  async delete(context: ApplicationContext, caller: AuthenticatedSession): Promise<{ kind: "deleted"; deletedAt: Date } | Failure> {
    const { signIn, database, clock } = this.services;
    if (!(await signIn.isRecentlyAuthenticated(caller))) return failure("REAUTHENTICATION_REQUIRED");
    const deletedAt = clock.now();
    await database.transaction((tx) => eraseUser(context, tx, this.services, caller.user));
    return { kind: "deleted", deletedAt };
  }
}
