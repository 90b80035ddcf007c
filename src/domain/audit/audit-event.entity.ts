import { Entity, Index } from "typeorm";
import { InstantColumn, JsonColumn, KeyColumn, TextColumn } from "../../platform/database/index.js";

@Entity({ name: "audit_events" })
@Index("audit_events_created_at", ["applicationId", "createdAt"])
export class AuditEventEntity {
  @KeyColumn("application_id") applicationId!: string;
  @KeyColumn("id") id!: string;
  @TextColumn("event", 48) event!: string;
  @TextColumn("outcome", 16) outcome!: string;

  /** The id of a user, developer or access token, else the kind of actor, e.g. BACK_END. */
  @TextColumn("actor", 48, { nullable: true }) actor!: string | null;
  @TextColumn("address", 45, { nullable: true }) address!: string | null;
  @TextColumn("request_id", 36, { nullable: true }) requestId!: string | null;
  @JsonColumn("details") details!: Record<string, unknown>;
  @InstantColumn("created_at") createdAt!: Date;
}
