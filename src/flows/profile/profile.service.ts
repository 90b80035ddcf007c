import type { Nouns } from "../../app/services.js";
import type { Application } from "../../domain/applications/index.js";
import type { RequestOrigin } from "../../domain/request-context.js";
import { changeMetadata, type Metadata, type User } from "../../domain/users/index.js";
import { type Failure, failure, Refusal } from "../../platform/errors/index.js";

export interface UpdatedOutcome {
  readonly kind: "updated";
  readonly user: User;
}

/** What users may change about themselves without proving anything again. */
export class ProfileService {
  constructor(private readonly nouns: Nouns) {}

  /** @throws Refusal UNAUTHENTICATED when the user was deleted meanwhile */
  async setMetadata(
    application: Application,
    { applicationId, id }: User,
    given: Metadata,
    origin: RequestOrigin,
  ): Promise<UpdatedOutcome | Failure> {
    const { users, jwtIssuer, database } = this.nouns;
    return await database.transaction(async () => {
      const user = (await users.lockActive({ applicationId, id })) ? await users.findById(applicationId, id) : null;
      if (!user) throw new Refusal("UNAUTHENTICATED");
      const outcome = changeMetadata(application.settings.metadata.fields, user.metadata, given);
      if (outcome.kind === "refused") return failure("METADATA_REFUSED", { path: ["metadata"], fields: outcome.fields });
      if (!jwtIssuer.fits(application, user.email ?? "", outcome.metadata))
        return failure("METADATA_REFUSED", { path: ["metadata"], fields: [{ path: "", reason: "TOO_LARGE" }] });
      await users.replaceMetadata(user, outcome.metadata);
      await this.record(application, user, "metadata", origin);
      return { kind: "updated", user: { ...user, metadata: outcome.metadata } };
    });
  }

  /** @throws Refusal UNAUTHENTICATED when the user was deleted meanwhile */
  async setLocale(application: Application, user: User, wish: string, origin: RequestOrigin): Promise<UpdatedOutcome | Failure> {
    const { users, database } = this.nouns;
    const locale = application.settings.locales.supported.find((tag) => tag.toLowerCase() === wish.toLowerCase());
    if (!locale) return failure("LOCALE_REFUSED", { path: ["locale"] });
    return await database.transaction(async () => {
      if (!(await users.setLocale(user, locale))) throw new Refusal("UNAUTHENTICATED");
      await this.record(application, user, "locale", origin);
      return { kind: "updated", user: { ...user, locale } };
    });
  }

  private async record({ id }: Application, user: User, what: string, origin: RequestOrigin): Promise<void> {
    await this.nouns.audit.record({
      applicationId: id,
      event: "PROFILE_CHANGED",
      outcome: "SUCCESS",
      actor: user.id,
      origin,
      details: { what },
    });
  }
}
