import type { Clock } from "../../platform/clock.js";
import { randomId } from "../../platform/crypto/index.js";
import type { Transaction } from "../../platform/database/index.js";
import { type Database, PreparedInsert } from "../../platform/database/index.js";
import type { ClientInfo } from "../request-context.js";
import { AuditEventEntity } from "./audit-event.entity.js";

/** The closed list of what is recorded. */
export type AuditEvent =
  | "SIGN_UP_REQUESTED"
  | "SIGN_UP_COMPLETED"
  | "LOG_IN"
  | "CODE_REFUSED"
  | "PASSWORD_RESET_REQUESTED"
  | "PASSWORD_RESET"
  | "REFRESH_TOKEN_REUSED"
  | "LOG_OUT"
  | "THROTTLE_TRIPPED"
  | "REAUTHENTICATED"
  | "PASSWORD_CHANGED"
  | "HANDLE_CHANGE_REQUESTED"
  | "HANDLE_CHANGED"
  | "PROFILE_CHANGED"
  | "PHONE_REQUESTED"
  | "PHONE_VERIFIED"
  | "PHONE_REMOVED"
  | "MESSAGE_FAILED"
  | "BUDGET_ALARM"
  | "ACCOUNT_DELETED"
  | "INVITED"
  | "USER_CREATED"
  | "USER_SUSPENDED"
  | "USER_ACTIVATED"
  | "USER_UNLOCKED"
  | "USER_SESSIONS_ENDED"
  | "USER_METADATA_SET"
  | "INVITATION_ACCEPTED"
  | "INVITATION_REVOKED"
  | "SECOND_FACTOR_REQUIRED"
  | "SECOND_FACTOR_REFUSED"
  | "SECOND_FACTOR_ENABLED"
  | "SECOND_FACTOR_DISABLED"
  | "SECOND_FACTOR_RESET"
  | "SECOND_FACTORS_RESET"
  | "RECOVERY_CODES_REPLACED"
  | "RECOVERY_CODE_USED"
  | "APPLICATION_CREATED"
  | "APPLICATION_DELETED"
  | "SETTINGS_CHANGED"
  | "MESSAGE_TEXT_CHANGED"
  | "MESSAGE_TEXT_RESET"
  | "SIGNING_KEY_ROTATED"
  | "SIGNING_KEY_REVOKED"
  | "SEAL_BROKEN"
  | "DEVELOPER_CREATED";

/** The actor that is an application's own back end, with its secret key. */
export const BACK_END = "back end";

export interface AuditEntry {
  readonly applicationId: string;
  readonly event: AuditEvent;
  readonly outcome: "SUCCESS" | "FAILURE";
  readonly actor?: string | null;
  readonly client?: ClientInfo;
  /** Never a secret, code, token, password or full handle. */
  readonly details?: Record<string, string | number | boolean | readonly string[]>;
}

/** Append-only: there is no way to change or remove an entry but its retention. */
export class AuditLog {
  private readonly listeners: ((entry: AuditEntry) => void)[] = [];
  private readonly preparedInsert: PreparedInsert<AuditEventEntity>;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    this.preparedInsert = new PreparedInsert(database, AuditEventEntity);
  }

  /** Shows every entry to `listener`, e.g. to count it. */
  onRecord(listener: (entry: AuditEntry) => void): void {
    this.listeners.push(listener);
  }

  /** Forgets from where a deleted user acted; what happened stays on record. */
  async eraseAddresses(tx: Transaction, applicationId: string, actor: string): Promise<void> {
    await tx.manager.update(AuditEventEntity, { applicationId, actor }, { address: null });
  }

  /** An actor's failures at something since an instant, latest first, at most `limit`. */
  async listFailures(applicationId: string, actor: string, event: AuditEvent, since: Date, limit: number): Promise<AuditEventEntity[]> {
    return await this.database.readManager
      .createQueryBuilder(AuditEventEntity, "entry")
      .where({ applicationId, actor, event, outcome: "FAILURE" })
      .andWhere("entry.createdAt > :since", { since })
      .orderBy("entry.createdAt", "DESC")
      .take(limit)
      .getMany();
  }

  /** Records a sealed value that could not be opened, apart from whatever was about to use it. */
  recordDecryptionFailure([table = "", column = "", applicationId = "", id = ""]: readonly string[]): void {
    const entry = { applicationId, event: "SEAL_BROKEN", outcome: "FAILURE", details: { table, column, id } } as const;
    // Nobody waits for it, and the log has the failure itself.
    this.database.detached(() => this.record(entry).catch(() => {}));
  }

  /** Records in the running transaction; without one, in its own. */
  async record({ applicationId, event, outcome, actor = null, client, details = {} }: AuditEntry): Promise<void> {
    const row = {
      applicationId,
      id: randomId(),
      event,
      outcome,
      actor,
      details,
      address: client?.address ?? null,
      requestId: client?.requestId ?? null,
      createdAt: this.clock.now(),
    };
    await this.database.autocommit((manager) => this.preparedInsert.run([row], manager));
    this.database.afterCommit(() => {
      for (const listener of this.listeners) listener({ applicationId, event, outcome, actor, details });
    });
  }
}
