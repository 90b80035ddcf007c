import { IsNull, MoreThan, MoreThanOrEqual } from "typeorm";
import type { Database, Transaction } from "../../platform/database/index.js";
import { AuditEventEntity } from "./audit-event.entity.js";
import type { AuditEvent } from "./audit-events.js";

/** Events of one application that match every given condition. */
export interface AuditFilter {
  readonly applicationId: string;
  /** The user the event is about. */
  readonly userId?: string;
  readonly event?: AuditEvent;
  /** Inclusive. */
  readonly since?: Date;
  readonly limit: number;
}
interface FailureFilter {
  readonly applicationId: string;
  readonly actor: string;
  readonly event: AuditEvent;
  readonly since: Date;
  readonly limit: number;
}

export class AuditEventRepository {
  constructor(private readonly database: Database) {}

  async eraseAddresses({ manager }: Transaction, applicationId: string, actor: string): Promise<void> {
    await manager.update(AuditEventEntity, { applicationId, userId: actor, actor }, { address: null });
    // Events of processes of the previous release, which do not store the user.
    await manager.update(AuditEventEntity, { applicationId, userId: IsNull(), actor }, { address: null });
  }

  async listFailures({ applicationId, actor, event, since, limit }: FailureFilter): Promise<AuditEventEntity[]> {
    return await this.events.find({
      where: { applicationId, event, createdAt: MoreThan(since), actor, outcome: "FAILURE" },
      order: { createdAt: "DESC" },
      take: limit,
    });
  }

  /** Newest first. */
  async list({ applicationId, userId, event, since, limit }: AuditFilter): Promise<AuditEventEntity[]> {
    const where = {
      applicationId,
      ...(userId === undefined ? {} : { userId }),
      ...(event === undefined ? {} : { event }),
      ...(since === undefined ? {} : { createdAt: MoreThanOrEqual(since) }),
    };
    return await this.events.find({ where, order: { createdAt: "DESC", id: "ASC" }, take: limit });
  }

  private get events() {
    return this.database.readManager.getRepository(AuditEventEntity);
  }
}
