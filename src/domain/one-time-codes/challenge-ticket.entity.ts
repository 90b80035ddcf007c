import { Entity, Index } from "typeorm";
import { InstantColumn, IntegerColumn, IntegerKeyColumn, KeyColumn, TextColumn } from "../../platform/database/index.js";

/** Identifies one of several requests for the same challenge and counts its attempts separately. Slots limit their number. */
@Entity({ name: "challenge_tickets" })
@Index("challenge_tickets_expires_at", ["expiresAt"])
export class ChallengeTicketEntity {
  @KeyColumn("application_id") applicationId!: string;
  @KeyColumn("purpose", 24) purpose!: string;
  @KeyColumn("binding_hash", 64) bindingHash!: string;
  @IntegerKeyColumn("slot") slot!: number;
  @TextColumn("ticket_hash", 64) ticketHash!: string;

  /** Codes tried with this ticket since the live code was issued. */
  @IntegerColumn("attempts") attempts!: number;
  @InstantColumn("created_at") createdAt!: Date;
  @InstantColumn("expires_at") expiresAt!: Date;
}
