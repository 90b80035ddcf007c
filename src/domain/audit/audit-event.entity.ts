import { Entity, Index } from "typeorm";
import { InstantColumn, JsonColumn, KeyColumn, TextColumn } from "../../platform/database/index.js";
import type { Actor } from "../request-context.js";

export type ActorKind = Actor["kind"];

@Entity({ name: "audit_events" })
@Index("audit_events_created_at", ["applicationId", "createdAt"])
@Index("audit_events_user", ["applicationId", "userId", "createdAt"])
@Index("audit_events_event", ["applicationId", "event", "createdAt"])
export class AuditEventEntity {
  @KeyColumn("application_id") applicationId!: string;
  @KeyColumn("id") id!: string;
  @TextColumn("event", 48) event!: string;
  @TextColumn("outcome", 16) outcome!: string;

  /** The id of the actor, else its kind: for processes of the previous release, which do not read the three columns below. */
  @TextColumn("actor", 48, { nullable: true }) actor!: string | null;

  /** Null in events of processes of the previous release. */
  @TextColumn("actor_kind", 16, { nullable: true }) actorKind!: ActorKind | null;

  /** Id of a user, developer or access token; null for other actors. */
  @TextColumn("actor_id", 36, { nullable: true }) actorId!: string | null;

  /** The user the event is about. */
  @TextColumn("user_id", 36, { nullable: true }) userId!: string | null;
  @TextColumn("address", 45, { nullable: true }) address!: string | null;
  @TextColumn("request_id", 36, { nullable: true }) requestId!: string | null;
  @JsonColumn("details") details!: Record<string, unknown>;
  @InstantColumn("created_at") createdAt!: Date;
}
