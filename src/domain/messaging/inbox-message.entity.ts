import { Entity, Index } from "typeorm";
import { InstantColumn, KeyColumn, LongTextColumn, TextColumn } from "../../platform/database/index.js";
import type { Channel } from "./delivery.js";

/** A message captured by the development inbox instead of being sent; kept for 24 hours. */
@Entity({ name: "inbox_messages" })
@Index("inbox_messages_received_at", ["receivedAt"])
export class InboxMessageEntity {
  @KeyColumn("id") id!: string;
  @TextColumn("channel", 8, { default: "MAIL" }) channel!: Channel;
  @TextColumn("sender", 400) sender!: string;
  @TextColumn("recipient", 254) recipient!: string;
  @TextColumn("subject", 512) subject!: string;
  @LongTextColumn("text") text!: string;
  @LongTextColumn("html") html!: string;
  @InstantColumn("received_at") receivedAt!: Date;
}
