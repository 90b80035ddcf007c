import type { ActorKind, AuditEventEntity } from "./audit-event.entity.js";

/** An audit event as it was recorded. */
export interface RecordedEvent {
  readonly id: string;
  readonly createdAt: Date;
  readonly event: string;
  readonly outcome: string;
  /** `id`: of a user, developer or access token; null for other actors. */
  readonly actor: { readonly kind: ActorKind; readonly id: string | null };
  /** The user the event is about. */
  readonly userId: string | null;
  readonly address: string | null;
  readonly requestId: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

export function toRecordedEvent(row: AuditEventEntity): RecordedEvent {
  const { id, createdAt, event, outcome, address, requestId, details } = row;
  const actor = row.actorKind === null ? actorOfPreviousRelease(row.actor) : { kind: row.actorKind, id: row.actorId };
  const userId = row.userId ?? (actor.kind === "USER" ? actor.id : null);
  return { id, createdAt, event, outcome, actor, userId, address, requestId, details };
}

const kindsWithoutId: readonly ActorKind[] = ["BACK_END", "OPERATOR", "UNAUTHENTICATED", "GATEWAY"];

/** Processes of the previous release store one column: the kind, or the id of a user. */
function actorOfPreviousRelease(actor: string | null): RecordedEvent["actor"] {
  if (actor === null) return { kind: "UNAUTHENTICATED", id: null };
  const kind = kindsWithoutId.find((name) => name === actor);
  return kind ? { kind, id: null } : { kind: "USER", id: actor };
}
