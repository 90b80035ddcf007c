import type { Nouns } from "../../app/services.js";
import type { Application } from "../../domain/applications/index.js";
import { BACK_END } from "../../domain/audit/index.js";
import type { Invitation } from "../../domain/invitations/index.js";
import { recipientSubjects } from "../../domain/rate-limiting/index.js";
import type { RequestOrigin } from "../../domain/request-context.js";
import { acceptPartOfMetadata, canonicalEmail, type Email, type Metadata } from "../../domain/users/index.js";
import { type Failure, failure, Refusal } from "../../platform/errors/index.js";
import { chosenLocale } from "../locale.js";

export interface InvitationDraft {
  readonly email: string;
  readonly metadata: Metadata;
  readonly locale: string | null | undefined;
}
export interface SentOutcome {
  readonly kind: "sent";
  readonly invitation: Invitation;
}

/** An application's own back end asks people to join, and takes back whoever's invitations it likes. */
export class InvitationsService {
  constructor(private readonly nouns: Nouns) {}

  /** A back end gives metadata of every authority. It hears no more than a user does about whether the address has an account. */
  async create(application: Application, draft: InvitationDraft, origin: RequestOrigin): Promise<SentOutcome | Failure> {
    const { settings } = application;
    if (!settings.invitation.enabled) return failure("INVITATIONS_CLOSED");
    const email = canonicalEmail(draft.email);
    if (!email) return failure("HANDLE_INVALID", { path: ["email"] });
    const locale = chosenLocale(application, draft.locale);
    if (locale === null) return failure("LOCALE_REFUSED", { path: ["locale"] });
    const outcome = acceptPartOfMetadata(settings.metadata.fields, draft.metadata, "DEVELOPER");
    if (outcome.kind === "refused") return failure("METADATA_REFUSED", { path: ["metadata"], fields: outcome.fields });
    const { metadata } = outcome;
    if (!this.nouns.jwtIssuer.fits(application, email, metadata))
      return failure("METADATA_REFUSED", { path: ["metadata"], fields: [{ path: "", reason: "TOO_LARGE" }] });
    const content = { email, inviterId: null, metadata, locale };
    return await this.send(email, origin, () => this.nouns.invitations.invite(application, content, origin));
  }

  /** @throws Refusal FORBIDDEN for an invitation that is not the application's or is neither pending nor expired */
  async resend(application: Application, id: string, origin: RequestOrigin): Promise<SentOutcome | Failure> {
    if (!application.settings.invitation.enabled) return failure("INVITATIONS_CLOSED");
    const found = await this.require(application, id);
    return await this.send(found.email, origin, () => this.nouns.invitations.resend(application, found, BACK_END, origin));
  }

  /** Revoking twice does no harm. @throws Refusal FORBIDDEN for an invitation that is not the application's or was accepted */
  async revoke(application: Application, id: string, origin: RequestOrigin): Promise<Invitation> {
    const { invitations, database } = this.nouns;
    const found = await this.require(application, id);
    if (found.status === "REVOKED") return found;
    const revoked = await database.transaction(() => invitations.revoke(found, BACK_END, origin));
    if (!revoked) throw new Refusal("FORBIDDEN");
    return revoked;
  }

  private async send(to: Email, origin: RequestOrigin, work: () => Promise<Invitation | null>): Promise<SentOutcome | Failure> {
    const { throttle, database } = this.nouns;
    return await throttle.guard<SentOutcome | Failure>(
      recipientSubjects(to),
      origin,
      async () => {
        const invitation = await database.transaction(work);
        if (!invitation) throw new Refusal("FORBIDDEN");
        return { kind: "sent", invitation };
      },
      () => false,
    );
  }

  private async require({ id: applicationId }: Application, id: string): Promise<Invitation> {
    const found = await this.nouns.invitations.find(applicationId, id);
    if (!found) throw new Refusal("FORBIDDEN");
    return found;
  }
}
