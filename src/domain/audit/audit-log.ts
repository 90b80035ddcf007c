import type { Clock } from "../../platform/clock.js";
import { randomId } from "../../platform/crypto/index.js";
import type { Transaction } from "../../platform/database/index.js";
import { type Database, PreparedInsert } from "../../platform/database/index.js";
import { type Actor, inApplication, internalContext, type RequestContext } from "../request-context.js";
import { AuditEventEntity } from "./audit-event.entity.js";
import { AuditEventRepository, type AuditFilter } from "./audit-event.repository.js";
import type { AuditEvent } from "./audit-events.js";
import { type RecordedEvent, toRecordedEvent } from "./recorded-event.js";

/** Must not contain a secret, code, token, password or full handle. */
export type AuditDetails = Readonly<Record<string, string | number | boolean | readonly string[]>>;
export type AuditOutcome = "SUCCESS" | "FAILURE";
type Listener = (event: AuditEvent, outcome: AuditOutcome, details: AuditDetails) => void;

/** application_id of events that concern no single application. */
const ALL_APPLICATIONS = "gateway";

const actorIdOf = (actor: Actor) => ("id" in actor ? actor.id : null);

/** The user an event is about: the user who acted, else the one named in the details. */
function userIdOf(actor: Actor, { userId }: AuditDetails): string | null {
  if (actor.kind === "USER") return actor.id;
  return typeof userId === "string" ? userId : null;
}

/** Append-only, except that the network addresses of deleted users are erased. */
export class AuditLog {
  private readonly listeners: Listener[] = [];
  private readonly preparedInsert = new PreparedInsert(this.database, AuditEventEntity);
  private readonly events = new AuditEventRepository(this.database);

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
    await this.events.eraseAddresses(tx, applicationId, actor);
  }

  /** An actor's failed events of one kind since an instant, latest first, at most `limit`. */
  async listFailures(applicationId: string, actor: string, event: AuditEvent, since: Date, limit: number): Promise<AuditEventEntity[]> {
    return await this.events.listFailures({ applicationId, actor, event, since, limit });
  }

  /** Events, newest first; without an application those that concern no single one. */
  async list({ applicationId = ALL_APPLICATIONS, ...filter }: Partial<AuditFilter> & Pick<AuditFilter, "limit">): Promise<RecordedEvent[]> {
    return (await this.events.list({ applicationId, ...filter })).map(toRecordedEvent);
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
      actor: actorIdOf(actor) ?? actor.kind,
      actorKind: actor.kind,
      actorId: actorIdOf(actor),
      userId: userIdOf(actor, details),
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
