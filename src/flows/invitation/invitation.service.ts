import type { Services } from "../../app/services.js";
import { acceptMetadata } from "../../domain/account-operations/index.js";
import type { Application, ApplicationContext } from "../../domain/applications/index.js";
import type { Invitation } from "../../domain/invitations/index.js";
import { invitationKeys } from "../../domain/rate-limiting/index.js";
import { canonicalEmail, type Metadata, type User } from "../../domain/users/index.js";
import { type Failure, failure, GatewayError } from "../../platform/errors/index.js";
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

type Dependencies = Pick<Services, "rateLimiter" | "invitations" | "database" | "users" | "jwtIssuer">;

/** Invitations that users send, resend and revoke. */
export class InvitationService {
  constructor(private readonly services: Dependencies) {}

  /**
   * The result does not disclose whether the address has an account. The inviter is the user of the session, never taken from the input.
   * @throws GatewayError UNAUTHENTICATED if the inviter was deleted concurrently
   */
  async invite(context: ApplicationContext, inviter: User, command: InviteCommand): Promise<InvitedOutcome | Failure> {
    if (!isOpenTo(context.application)) return failure("INVITATIONS_CLOSED");
    const email = canonicalEmail(command.handle);
    if (!email) return failure("HANDLE_INVALID", { path: ["handle", "email"] });
    const accepted = acceptMetadata(this.services, context, email, { kind: "partial", given: command.metadata, setBy: "INVITER" });
    if (accepted.kind === "failure") return accepted;
    const { rateLimiter, invitations, database } = this.services;
    const draft = { email, inviterId: inviter.id, metadata: accepted.metadata, locale: command.locale };
    return await rateLimiter.limited<InvitedOutcome | Failure>(context, invitationKeys(context.application.id, inviter.id, email), () =>
      database.transaction(async (tx) => {
        if (!(await this.services.users.lockActive(tx, inviter))) throw new GatewayError("UNAUTHENTICATED");
        return { kind: "invited", invitation: await invitations.invite(context, tx, draft) };
      }),
    );
  }

  /** @throws GatewayError FORBIDDEN for an invitation that is not the caller's or is neither pending nor expired */
  async resend(context: ApplicationContext, inviter: User, id: string): Promise<InvitedOutcome | Failure> {
    if (!isOpenTo(context.application)) return failure("INVITATIONS_CLOSED");
    const { rateLimiter, invitations, database } = this.services;
    const own = await this.requireOwn(inviter, id);
    return await rateLimiter.limited<InvitedOutcome | Failure>(
      context,
      invitationKeys(context.application.id, inviter.id, own.email),
      async () => {
        const invitation = await database.transaction((tx) => invitations.resend(context, tx, own));
        if (!invitation) throw new GatewayError("FORBIDDEN");
        return { kind: "invited", invitation };
      },
    );
  }

  /** Idempotent. @throws GatewayError FORBIDDEN for an invitation that is not the caller's or was accepted */
  async revoke(context: ApplicationContext, inviter: User, id: string): Promise<Invitation> {
    const { invitations, database } = this.services;
    const own = await this.requireOwn(inviter, id);
    if (own.status === "REVOKED") return own;
    const revoked = await database.transaction((tx) => invitations.revoke(context, tx, own));
    if (!revoked) throw new GatewayError("FORBIDDEN");
    return revoked;
  }

  async listPage({ applicationId, id }: User, page: PageRequest): Promise<Invitation[]> {
    return await this.services.invitations.listPage(applicationId, { inviterId: id }, page);
  }

  private async requireOwn({ applicationId, id }: User, invitationId: string): Promise<Invitation> {
    const invitation = await this.services.invitations.find(applicationId, invitationId);
    if (invitation?.inviterId !== id) throw new GatewayError("FORBIDDEN");
    return invitation;
  }
}

const isOpenTo = ({ settings }: Application) => settings.invitation.enabled && settings.invitation.usersMayInvite;
