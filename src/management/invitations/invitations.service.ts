import type { Services } from "../../app/services.js";
import { acceptMetadata } from "../../domain/account-operations/index.js";
import { type Application, type ApplicationContext, findLocale } from "../../domain/applications/index.js";
import type { Invitation } from "../../domain/invitations/index.js";
import { recipientKeys } from "../../domain/rate-limiting/index.js";
import { canonicalEmail, type Email, type Metadata } from "../../domain/users/index.js";
import type { Transaction } from "../../platform/database/index.js";
import { type Failure, failure, GatewayError } from "../../platform/errors/index.js";

export interface InvitationDraft {
  readonly email: string;
  readonly metadata: Metadata;
  readonly locale: string | null | undefined;
}
export interface SentOutcome {
  readonly kind: "sent";
  readonly invitation: Invitation;
}

type Dependencies = Pick<Services, "invitations" | "database" | "rateLimiter" | "jwtIssuer">;

/** Invitations by the application's back end, which can also revoke those that users have sent. */
export class InvitationsService {
  constructor(private readonly services: Dependencies) {}

  /** The back end may set every metadata field. As for users, the result does not disclose whether the address has an account. */
  async create(context: ApplicationContext, draft: InvitationDraft): Promise<SentOutcome | Failure> {
    if (!context.application.settings.invitation.enabled) return failure("INVITATIONS_CLOSED");
    const email = canonicalEmail(draft.email);
    if (!email) return failure("HANDLE_INVALID", { path: ["email"] });
    const locale = findLocale(context.application, draft.locale);
    if (locale === null) return failure("LOCALE_REFUSED", { path: ["locale"] });
    const accepted = acceptMetadata(this.services, context, email, { kind: "partial", given: draft.metadata, setBy: "DEVELOPER" });
    if (accepted.kind === "failure") return accepted;
    const content = { email, inviterId: null, metadata: accepted.metadata, locale };
    return await this.send(context, email, (tx) => this.services.invitations.invite(context, tx, content));
  }

  /** @throws GatewayError FORBIDDEN for an invitation that is not the application's or is neither pending nor expired */
  async resend(context: ApplicationContext, id: string): Promise<SentOutcome | Failure> {
    if (!context.application.settings.invitation.enabled) return failure("INVITATIONS_CLOSED");
    const found = await this.requireInvitation(context.application, id);
    return await this.send(context, found.email, (tx) => this.services.invitations.resend(context, tx, found));
  }

  /** Idempotent. @throws GatewayError FORBIDDEN for an invitation that is not the application's or was accepted */
  async revoke(context: ApplicationContext, id: string): Promise<Invitation> {
    const { invitations, database } = this.services;
    const found = await this.requireInvitation(context.application, id);
    if (found.status === "REVOKED") return found;
    const revoked = await database.transaction((tx) => invitations.revoke(context, tx, found));
    if (!revoked) throw new GatewayError("FORBIDDEN");
    return revoked;
  }

  private async send(
    context: ApplicationContext,
    to: Email,
    work: (tx: Transaction) => Promise<Invitation | null>,
  ): Promise<SentOutcome | Failure> {
    const { rateLimiter, database } = this.services;
    return await rateLimiter.limited<SentOutcome | Failure>(context, recipientKeys(to), async () => {
      const invitation = await database.transaction(work);
      if (!invitation) throw new GatewayError("FORBIDDEN");
      return { kind: "sent", invitation };
    });
  }

  private async requireInvitation({ id: applicationId }: Application, id: string): Promise<Invitation> {
    const found = await this.services.invitations.find(applicationId, id);
    if (!found) throw new GatewayError("FORBIDDEN");
    return found;
  }
}
