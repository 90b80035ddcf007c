import { addSeconds, type Clock } from "../../platform/clock.js";
import { hashToken, randomId } from "../../platform/crypto/index.js";
import type { Transaction } from "../../platform/database/index.js";
import { ConcurrencyConflict, type Database } from "../../platform/database/index.js";
import type { PageRequest } from "../../platform/pagination/index.js";
import type { Application, ApplicationContext } from "../applications/index.js";
import type { AuditLog } from "../audit/index.js";
import type { Outbox } from "../messaging/index.js";
import type { ChallengeSubject, Challenges, VerifiedChallenge } from "../one-time-codes/index.js";
import type { Email, Metadata, UserRepository } from "../users/index.js";
import type { InvitationEntity } from "./invitation.entity.js";
import type { InvitationFilter, InvitationRepository } from "./invitation.repository.js";

/** An invitation to sign up. */
export type Invitation = Pick<
  InvitationEntity,
  "applicationId" | "id" | "inviterId" | "metadata" | "locale" | "createdAt" | "sentAt" | "expiresAt"
> & {
  readonly email: Email;
  readonly status: InvitationStatus;
};
export type InvitationStatus = "PENDING" | "ACCEPTED" | "EXPIRED" | "REVOKED";
export interface InvitationDraft {
  readonly email: Email;
  /** Null for the application's back end. */
  readonly inviterId: string | null;
  readonly metadata: Metadata;
  readonly locale: string;
}
/** An invitation whose code was correct, not consumed yet. */
export interface VerifiedInvitation {
  readonly invitation: Invitation;
  readonly challenge: VerifiedChallenge;
}
interface Dependencies {
  readonly repository: InvitationRepository;
  readonly challenges: Challenges;
  readonly users: UserRepository;
  readonly outbox: Outbox;
  readonly audit: AuditLog;
  readonly database: Database;
  readonly clock: Clock;
}

export const INVITATION_CODE_DIGITS = 8;
/** Only this number of pending invitations, the oldest, is checked by one verification. */
const MAX_PENDING_INVITATIONS = 20;

/** Invitations are pending until they are accepted, revoked or expired. ACCEPTED and REVOKED are final. */
export class Invitations {
  constructor(private readonly dependencies: Dependencies) {}

  /**
   * Creates or renews an invitation: an inviter has one pending invitation per handle. For a handle with an account the invitation looks
   * the same, but no code is sent.
   */
  async invite(context: ApplicationContext, tx: Transaction, draft: InvitationDraft): Promise<Invitation> {
    const { repository, clock } = this.dependencies;
    const { email, inviterId } = draft;
    const pendingKey = hashToken(`${email} ${inviterId ?? ""}`);
    const now = clock.now();
    const expiresAt = addSeconds(now, context.application.settings.invitation.lifetimeHours * 3600);
    const pending = await repository.findPending(context.application.id, pendingKey);
    const content = { metadata: { ...draft.metadata }, locale: draft.locale, sentAt: now, expiresAt };
    if (pending) {
      if (!(await repository.update(tx, pending, content))) throw new ConcurrencyConflict();
      await this.send(context, tx, toInvitation({ ...pending, ...content }, now));
      return toInvitation({ ...pending, ...content }, now);
    }
    const row = {
      applicationId: context.application.id,
      id: randomId(),
      email,
      inviterId,
      status: "PENDING",
      pendingKey,
      createdAt: now,
      ...content,
    };
    await repository.insert(tx, row);
    const invitation = toInvitation(row, now);
    await this.send(context, tx, invitation);
    return invitation;
  }

  /** Renews the lifetime of a pending invitation and sends a new code; null when it is no longer pending. */
  async resend(context: ApplicationContext, tx: Transaction, invitation: Invitation): Promise<Invitation | null> {
    const { repository, clock } = this.dependencies;
    const now = clock.now();
    const change = { sentAt: now, expiresAt: addSeconds(now, context.application.settings.invitation.lifetimeHours * 3600) };
    if (!(await repository.update(tx, invitation, change))) return null;
    const renewed = { ...invitation, ...change, status: "PENDING" as const };
    await this.send(context, tx, renewed);
    return renewed;
  }

  /** Revokes a pending invitation; null when it is no longer pending. */
  async revoke(context: ApplicationContext, tx: Transaction, invitation: Invitation): Promise<Invitation | null> {
    const { repository, challenges, audit } = this.dependencies;
    if (!(await repository.update(tx, invitation, { status: "REVOKED", pendingKey: null }))) return null;
    await challenges.delete(tx, subjectOf(invitation));
    await audit.success(context, "INVITATION_REVOKED", { id: invitation.id });
    return { ...invitation, status: "REVOKED" };
  }

  /** Counts one attempt for each of the oldest pending invitations of the handle. Null when the code is rejected for any reason. */
  async verify(application: Application, email: Email, code: string): Promise<VerifiedInvitation | null> {
    const { repository, challenges, clock } = this.dependencies;
    const now = clock.now();
    const pending = (await repository.listPending(application.id, email, now, MAX_PENDING_INVITATIONS)).map((row) =>
      toInvitation(row, now),
    );
    let verified: VerifiedInvitation | null = null;
    for (const invitation of pending) {
      const challenge = await challenges.verify(subjectOf(invitation), code, null);
      if (challenge && !verified && (await this.isInviterActive(invitation))) verified = { invitation, challenge };
    }
    return verified;
  }

  /** Accepts an invitation and revokes the handle's others, in the transaction of the effect; false on a concurrent change. */
  async consume(tx: Transaction, { invitation, challenge }: VerifiedInvitation): Promise<boolean> {
    const { repository, challenges } = this.dependencies;
    if (!(await challenges.consume(tx, challenge)) || !(await repository.update(tx, invitation, { status: "ACCEPTED", pendingKey: null })))
      return false;
    await this.revokeByHandle(tx, invitation.applicationId, invitation.email);
    return true;
  }

  /** Revokes all pending invitations of an address, because it has an account now. */
  async revokeByHandle(tx: Transaction, applicationId: string, email: Email): Promise<void> {
    await this.dependencies.repository.revokeByHandle(tx, applicationId, email);
  }

  /** Revokes all pending invitations of a deleted inviter. */
  async revokeByInviter(tx: Transaction, applicationId: string, userId: string): Promise<void> {
    await this.dependencies.repository.revokeByInviter(tx, applicationId, userId);
  }

  /** Deletes all invitations of an address. */
  async deleteByHandle(tx: Transaction, applicationId: string, email: Email): Promise<void> {
    await this.dependencies.repository.deleteByHandle(tx, applicationId, email);
  }

  async find(applicationId: string, id: string): Promise<Invitation | null> {
    const row = await this.dependencies.repository.find(applicationId, id);
    return row && toInvitation(row, this.dependencies.clock.now());
  }

  /** A page plus one further row, newest first. */
  async listPage(applicationId: string, filter: InvitationFilter, page: PageRequest): Promise<Invitation[]> {
    const now = this.dependencies.clock.now();
    const rows = await this.dependencies.repository.listPage(applicationId, filter, now, page);
    return rows.map((row) => toInvitation(row, now));
  }

  private async send(context: ApplicationContext, tx: Transaction, invitation: Invitation): Promise<void> {
    const { challenges, users, outbox, audit } = this.dependencies;
    const { email, id, locale } = invitation;
    const isRegistered = (await users.findByHandle(context.application.id, email)) !== null;
    const ttlSeconds = context.application.settings.invitation.lifetimeHours * 3600;
    const { code, isNew, expiresAt } = await challenges.issue(tx, subjectOf(invitation), {
      digits: INVITATION_CODE_DIGITS,
      ttlSeconds,
      isDeliverable: !isRegistered,
    });
    if (isNew) {
      const { invitationUrl } = context.application.settings.links;
      const link = invitationUrl === "" ? "" : `${invitationUrl}#code=${code}&email=${encodeURIComponent(email)}`;
      const days = String(Math.max(1, Math.round(ttlSeconds / 86_400)));
      const mail = {
        template: "invitation",
        to: email,
        locale,
        parameters: { code: code ?? "", link, days },
        expiresAt,
        replacesKey: `invitation:${id}`,
      };
      if (code) await outbox.queue(context, tx, mail);
      else await outbox.queueDecoy(context, tx, mail);
    }
    await audit.success(context, "INVITED", { id });
  }

  private async isInviterActive({ applicationId, inviterId }: Invitation): Promise<boolean> {
    return inviterId === null || (await this.dependencies.users.findById(applicationId, inviterId))?.status === "ACTIVE";
  }
}

const subjectOf = ({ applicationId, id }: Pick<Invitation, "applicationId" | "id">): ChallengeSubject => ({
  applicationId,
  purpose: "INVITATION",
  binding: id,
});

function toInvitation({ pendingKey: _, ...row }: InvitationEntity, now: Date): Invitation {
  const status = row.status === "PENDING" && row.expiresAt <= now ? "EXPIRED" : (row.status as InvitationStatus);
  return { ...row, email: row.email as Email, status };
}
