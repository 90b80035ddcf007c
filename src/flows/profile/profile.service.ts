import type { Services } from "../../app/services.js";
import { acceptMetadata } from "../../domain/account-operations/index.js";
import { type ApplicationContext, findLocale } from "../../domain/applications/index.js";
import type { Metadata, User } from "../../domain/users/index.js";
import { type Failure, failure, GatewayError } from "../../platform/errors/index.js";

export interface UpdatedOutcome {
  readonly kind: "updated";
  readonly user: User;
}

type Dependencies = Pick<Services, "users" | "database" | "audit" | "jwtIssuer">;

/** Changes of the user's own data that do not require reauthentication. */
export class ProfileService {
  constructor(private readonly services: Dependencies) {}

  /** @throws GatewayError UNAUTHENTICATED if the user was deleted concurrently */
  async setMetadata(context: ApplicationContext, { applicationId, id }: User, changes: Metadata): Promise<UpdatedOutcome | Failure> {
    const { users, database } = this.services;
    return await database.transaction(async (tx) => {
      const user = (await users.lockActive(tx, { applicationId, id })) ? await users.findById(applicationId, id) : null;
      if (!user) throw new GatewayError("UNAUTHENTICATED");
      const change = { kind: "change", current: user.metadata, given: changes, setBy: "USER" } as const;
      const accepted = acceptMetadata(this.services, context, user.email, change);
      if (accepted.kind === "failure") return accepted;
      await users.replaceMetadata(tx, user, accepted.metadata);
      await this.record(context, "metadata");
      return { kind: "updated", user: { ...user, metadata: accepted.metadata } };
    });
  }

  /** @throws GatewayError UNAUTHENTICATED if the user was deleted concurrently */
  async setLocale(context: ApplicationContext, user: User, requestedLocale: string): Promise<UpdatedOutcome | Failure> {
    const { users, database } = this.services;
    const locale = findLocale(context.application, requestedLocale);
    if (!locale) return failure("LOCALE_REFUSED", { path: ["locale"] });
    return await database.transaction(async (tx) => {
      if (!(await users.setLocale(tx, user, locale))) throw new GatewayError("UNAUTHENTICATED");
      await this.record(context, "locale");
      return { kind: "updated", user: { ...user, locale } };
    });
  }

  private async record(context: ApplicationContext, what: string): Promise<void> {
    await this.services.audit.success(context, "PROFILE_CHANGED", { what });
  }
}
