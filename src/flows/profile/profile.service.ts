import type { Services } from "../../app/services.js";
import type { Application } from "../../domain/applications/index.js";
import type { ClientInfo } from "../../domain/request-context.js";
import { applyMetadataChange, type Metadata, type User } from "../../domain/users/index.js";
import { type Failure, failure, GatewayError } from "../../platform/errors/index.js";

export interface UpdatedOutcome {
  readonly kind: "updated";
  readonly user: User;
}

/** What users may change about themselves without proving anything again. */
export class ProfileService {
  constructor(private readonly services: Services) {}

  /** @throws Refusal UNAUTHENTICATED when the user was deleted meanwhile */
  async setMetadata(
    application: Application,
    { applicationId, id }: User,
    changes: Metadata,
    client: ClientInfo,
  ): Promise<UpdatedOutcome | Failure> {
    const { users, jwtIssuer, database } = this.services;
    return await database.transaction(async (tx) => {
      const user = (await users.lockActive(tx, { applicationId, id })) ? await users.findById(applicationId, id) : null;
      if (!user) throw new GatewayError("UNAUTHENTICATED");
      const outcome = applyMetadataChange(application.settings.metadata.fields, user.metadata, changes);
      if (outcome.kind === "refused") return failure("METADATA_REFUSED", { path: ["metadata"], fields: outcome.fields });
      if (!jwtIssuer.fitsSizeLimit(application, user.email ?? "", outcome.metadata))
        return failure("METADATA_REFUSED", { path: ["metadata"], fields: [{ path: "", reason: "TOO_LARGE" }] });
      await users.replaceMetadata(tx, user, outcome.metadata);
      await this.record(application, user, "metadata", client);
      return { kind: "updated", user: { ...user, metadata: outcome.metadata } };
    });
  }

  /** @throws Refusal UNAUTHENTICATED when the user was deleted meanwhile */
  async setLocale(application: Application, user: User, requestedLocale: string, client: ClientInfo): Promise<UpdatedOutcome | Failure> {
    const { users, database } = this.services;
    const locale = application.settings.locales.supported.find((tag) => tag.toLowerCase() === requestedLocale.toLowerCase());
    if (!locale) return failure("LOCALE_REFUSED", { path: ["locale"] });
    return await database.transaction(async (tx) => {
      if (!(await users.setLocale(tx, user, locale))) throw new GatewayError("UNAUTHENTICATED");
      await this.record(application, user, "locale", client);
      return { kind: "updated", user: { ...user, locale } };
    });
  }

  private async record({ id }: Application, user: User, what: string, client: ClientInfo): Promise<void> {
    await this.services.audit.record({
      applicationId: id,
      event: "PROFILE_CHANGED",
      outcome: "SUCCESS",
      actor: user.id,
      client,
      details: { what },
    });
  }
}
