import { LessThanOrEqual, MoreThan } from "typeorm";
import { type Database, type Transaction, throwConflictIfDuplicate } from "../../platform/database/index.js";
import type { PageRequest } from "../../platform/pagination/index.js";
import type { Email } from "../users/index.js";
import { InvitationEntity } from "./invitation.entity.js";

type InvitationKey = Pick<InvitationEntity, "applicationId" | "id">;
export interface InvitationFilter {
  /** Only invitations sent by this user; all when omitted. */
  readonly inviterId?: string;
  readonly status?: "PENDING" | "ACCEPTED" | "EXPIRED" | "REVOKED";
}

export class InvitationRepository {
  constructor(private readonly database: Database) {}

  async find(applicationId: string, id: string): Promise<InvitationEntity | null> {
    const row = await this.invitations.findOneBy({ applicationId, id });
    // MySQL and MariaDB ignore trailing spaces in comparisons.
    return row?.id === id ? row : null;
  }

  async findPending(applicationId: string, pendingKey: string): Promise<InvitationEntity | null> {
    return await this.invitations.findOneBy({ applicationId, pendingKey });
  }

  /** Pending invitations of a handle that have not expired, oldest first. */
  async listPending(applicationId: string, email: Email, now: Date, limit: number): Promise<InvitationEntity[]> {
    return await this.invitations.find({
      where: { applicationId, email, status: "PENDING", expiresAt: MoreThan(now) },
      order: { createdAt: "ASC" },
      take: limit,
    });
  }

  /** A page plus one further row, newest first. PENDING and EXPIRED are distinguished by the expiry at `now`. */
  async listPage(
    applicationId: string,
    { inviterId, status }: InvitationFilter,
    now: Date,
    page: PageRequest,
  ): Promise<InvitationEntity[]> {
    const query = this.database.readManager.createQueryBuilder(InvitationEntity, "invitation").where({ applicationId });
    if (inviterId !== undefined) query.andWhere({ inviterId });
    if (status === "PENDING") query.andWhere({ status, expiresAt: MoreThan(now) });
    else if (status === "EXPIRED") query.andWhere({ status: "PENDING", expiresAt: LessThanOrEqual(now) });
    else if (status !== undefined) query.andWhere({ status });
    if (page.after)
      query.andWhere("(invitation.createdAt < :createdAt OR (invitation.createdAt = :createdAt AND invitation.id < :id))", page.after);
    return await query
      .orderBy("invitation.createdAt", "DESC")
      .addOrderBy("invitation.id", "DESC")
      .take(page.first + 1)
      .getMany();
  }

  /** @throws ConcurrencyConflict when a concurrent request inserted the same invitation */
  async insert(tx: Transaction, row: InvitationEntity): Promise<void> {
    await throwConflictIfDuplicate(tx.manager.insert(InvitationEntity, row as never));
  }

  /** Changes a pending invitation; false when it is no longer pending. */
  async update(tx: Transaction, { applicationId, id }: InvitationKey, change: Partial<InvitationEntity>): Promise<boolean> {
    const { affected } = await tx.manager.update(InvitationEntity, { applicationId, id, status: "PENDING" }, change as never);
    return affected === 1;
  }

  /** Revokes all pending invitations of a handle. */
  async revokeByHandle(tx: Transaction, applicationId: string, email: Email): Promise<void> {
    await tx.manager.update(InvitationEntity, { applicationId, email, status: "PENDING" }, { status: "REVOKED", pendingKey: null });
  }

  /** Revokes all pending invitations sent by a user. */
  async revokeByInviter(tx: Transaction, applicationId: string, inviterId: string): Promise<void> {
    await tx.manager.update(InvitationEntity, { applicationId, inviterId, status: "PENDING" }, { status: "REVOKED", pendingKey: null });
  }

  async deleteByHandle(tx: Transaction, applicationId: string, email: Email): Promise<void> {
    await tx.manager.delete(InvitationEntity, { applicationId, email });
  }

  private get invitations() {
    return this.database.readManager.getRepository(InvitationEntity);
  }
}
