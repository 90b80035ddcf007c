import type { Clock } from "../../platform/clock.js";
import { randomId } from "../../platform/crypto/index.js";
import type { Transaction } from "../../platform/database/index.js";
import { type Database, PreparedInsert } from "../../platform/database/index.js";
import { type Actor, inApplication, internalContext, type RequestContext } from "../request-context.js";
import { AuditEventEntity } from "./audit-event.entity.js";

/** Closed list of audit events. */
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

/** Must not contain a secret, code, token, password or full handle. */
export type AuditDetails = Readonly<Record<string, string | number | boolean | readonly string[]>>;
export type AuditOutcome = "SUCCESS" | "FAILURE";
type Listener = (event: AuditEvent, outcome: AuditOutcome, details: AuditDetails) => void;

/** application_id of events that concern no single application. */
const ALL_APPLICATIONS = "gateway";

/** The actor column: the id of a user, developer or access token, else the kind. */
const storedActor = (actor: Actor) => ("id" in actor ? actor.id : actor.kind);

/** Append-only, except that the network addresses of deleted users are erased. */
export class AuditLog {
  private readonly listeners: Listener[] = [];
  private readonly preparedInsert = new PreparedInsert(this.database, AuditEventEntity);

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Calls `listener` for every event, once its transaction is committed. */
  onRecord(listener: Listener): void {
    this.listeners.push(listener);
  }

  /** Erases the network addresses in a deleted user's events; the events are kept. */
  async eraseAddresses(tx: Transaction, applicationId: string, actor: string): Promise<void> {
    await tx.manager.update(AuditEventEntity, { applicationId, actor }, { address: null });
  }

  /** An actor's failed events of one kind since an instant, latest first, at most `limit`. */
  async listFailures(applicationId: string, actor: string, event: AuditEvent, since: Date, limit: number): Promise<AuditEventEntity[]> {
    return await this.database.readManager
      .createQueryBuilder(AuditEventEntity, "entry")
      .where({ applicationId, actor, event, outcome: "FAILURE" })
      .andWhere("entry.createdAt > :since", { since })
      .orderBy("entry.createdAt", "DESC")
      .take(limit)
      .getMany();
  }

  /** Records a stored value that could not be decrypted, independently of the operation that needed it. */
  recordDecryptionFailure([table = "", column = "", applicationId = "", id = ""]: readonly string[]): void {
    const context = inApplication(internalContext("GATEWAY"), { id: applicationId });
    // Not awaited; the decryption failure itself is logged elsewhere.
    this.database.detached(() => this.failure(context, "SEAL_BROKEN", { table, column, id }).catch(() => {}));
  }

  /** Records a completed operation, in the current transaction if there is one. The context provides actor, application and client. */
  async success(context: RequestContext, event: AuditEvent, details?: AuditDetails): Promise<void> {
    await this.record(context, event, "SUCCESS", details);
  }

  /** Records a rejected or failed operation, otherwise like `success`. */
  async failure(context: RequestContext, event: AuditEvent, details?: AuditDetails): Promise<void> {
    await this.record(context, event, "FAILURE", details);
  }

  private async record(
    { application, actor, client, requestId }: RequestContext,
    event: AuditEvent,
    outcome: AuditOutcome,
    details: AuditDetails = {},
  ): Promise<void> {
    const row = {
      applicationId: application?.id ?? ALL_APPLICATIONS,
      id: randomId(),
      event,
      outcome,
      actor: storedActor(actor),
      details,
      address: client.address,
      requestId,
      createdAt: this.clock.now(),
    };
    await this.database.autocommit((manager) => this.preparedInsert.run([row], manager));
    this.database.afterCommit(() => {
      for (const listener of this.listeners) listener(event, outcome, details);
    });
  }
}
