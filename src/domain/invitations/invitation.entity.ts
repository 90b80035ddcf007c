import { Entity, Index, Unique } from "typeorm";
import { InstantColumn, JsonColumn, KeyColumn, TextColumn } from "../../platform/database/index.js";

@Entity({ name: "invitations" })
@Unique("invitations_pending", ["applicationId", "pendingKey"])
@Index("invitations_email", ["applicationId", "email"])
@Index("invitations_created_at", ["applicationId", "createdAt"])
@Index("invitations_inviter", ["applicationId", "inviterId", "createdAt"])
export class InvitationEntity {
  @KeyColumn("application_id") applicationId!: string;
  @KeyColumn("id") id!: string;
  @TextColumn("email", 254) email!: string;

  /** The inviting user; null for the application's back end. */
  @TextColumn("inviter_id", 36, { nullable: true }) inviterId!: string | null;

  /** PENDING, ACCEPTED or REVOKED. EXPIRED is not stored; it follows from `expiresAt`. */
  @TextColumn("status", 16) status!: string;

  /** Hash of handle and inviter while pending, otherwise null: permits one pending invitation for each pair. */
  @TextColumn("pending_key", 64, { nullable: true }) pendingKey!: string | null;
  @JsonColumn("metadata") metadata!: Record<string, unknown>;
  @TextColumn("locale", 35) locale!: string;
  @InstantColumn("created_at") createdAt!: Date;
  @InstantColumn("sent_at") sentAt!: Date;
  @InstantColumn("expires_at") expiresAt!: Date;
}
