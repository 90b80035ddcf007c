import type { Nouns } from "../../app/services.js";
import type { Application } from "../../domain/applications/index.js";
import type { Invitation } from "../../domain/invitations/index.js";
import { invitationsOf } from "../../domain/rate-limiting/index.js";
import type { RequestOrigin } from "../../domain/request-context.js";
import { acceptPartOfMetadata, canonicalEmail, type Metadata, type User } from "../../domain/users/index.js";
import { type Failure, failure, Refusal } from "../../platform/errors/index.js";
import type { PageRequest } from "../../platform/pagination/index.js";

export interface InviteCommand {
  readonly handle: string;
  readonly metadata: Metadata;
  readonly locale: string;
}
export interface InvitedOutcome {
  readonly kind: "invited";
  readonly invitation: Invitation;
}

/** A user asks somebody to join, and thinks better of it. */
export class InvitationService {
  constructor(private readonly nouns: Nouns) {}

  /**
   * Answers alike for addresses with and without an account. The inviter is who holds the session, never who the input says.
   * @throws Refusal UNAUTHENTICATED when the inviter was deleted meanwhile
   */
  async invite(application: Application, inviter: User, command: InviteCommand, origin: RequestOrigin): Promise<InvitedOutcome | Failure> {
    if (!isOpenTo(application)) return failure("INVITATIONS_CLOSED");
    const email = canonicalEmail(command.handle);
    if (!email) return failure("HANDLE_INVALID", { path: ["handle", "email"] });
    const outcome = acceptPartOfMetadata(invitationFields(application), command.metadata, "INVITER");
    if (outcome.kind === "refused") return failure("METADATA_REFUSED", { path: ["metadata"], fields: outcome.fields });
    if (!this.nouns.jwtIssuer.fits(application, email, outcome.metadata))
      return failure("METADATA_REFUSED", { path: ["metadata"], fields: [{ path: "", reason: "TOO_LARGE" }] });
    const { throttle, invitations, database } = this.nouns;
    const draft = { email, inviterId: inviter.id, metadata: outcome.metadata, locale: command.locale };
    return await throttle.guard<InvitedOutcome | Failure>(
      invitationsOf(application.id, inviter.id, email),
      origin,
      () =>
        database.transaction(async () => {
          if (!(await this.nouns.users.lockActive(inviter))) throw new Refusal("UNAUTHENTICATED");
          return { kind: "invited", invitation: await invitations.invite(application, draft, origin) };
        }),
      () => false,
    );
  }

  /** @throws Refusal FORBIDDEN for an invitation that is not the caller's or is neither pending nor expired */
  async resend(application: Application, inviter: User, id: string, origin: RequestOrigin): Promise<InvitedOutcome | Failure> {
    if (!isOpenTo(application)) return failure("INVITATIONS_CLOSED");
    const { throttle, invitations, database } = this.nouns;
    const own = await this.requireOwn(inviter, id);
    return await throttle.guard<InvitedOutcome | Failure>(
      invitationsOf(application.id, inviter.id, own.email),
      origin,
      async () => {
        const invitation = await database.transaction(() => invitations.resend(application, own, inviter.id, origin));
        if (!invitation) throw new Refusal("FORBIDDEN");
        return { kind: "invited", invitation };
      },
      () => false,
    );
  }

  /** Revoking twice does no harm. @throws Refusal FORBIDDEN for an invitation that is not the caller's or was accepted */
  async revoke(inviter: User, id: string, origin: RequestOrigin): Promise<Invitation> {
    const { invitations, database } = this.nouns;
    const own = await this.requireOwn(inviter, id);
    if (own.status === "REVOKED") return own;
    const revoked = await database.transaction(() => invitations.revoke(own, inviter.id, origin));
    if (!revoked) throw new Refusal("FORBIDDEN");
    return revoked;
  }

  async listPage({ applicationId, id }: User, page: PageRequest): Promise<Invitation[]> {
    return await this.nouns.invitations.listPage(applicationId, { inviterId: id }, page);
  }

  private async requireOwn({ applicationId, id }: User, invitationId: string): Promise<Invitation> {
    const invitation = await this.nouns.invitations.find(applicationId, invitationId);
    if (invitation?.inviterId !== id) throw new Refusal("FORBIDDEN");
    return invitation;
  }
}

const isOpenTo = ({ settings }: Application) => settings.invitation.enabled && settings.invitation.usersMayInvite;

/** The fields an invitation may carry: those listed, or all. */
function invitationFields({ settings }: Application) {
  const { fields: paths } = settings.invitation;
  return paths.length === 0 ? settings.metadata.fields : settings.metadata.fields.filter(({ path }) => paths.includes(path));
}
