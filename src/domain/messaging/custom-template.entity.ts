import { Entity } from "typeorm";
import { InstantColumn, KeyColumn, LongTextColumn, TextColumn } from "../../platform/database/index.js";

/** An application's custom template of a message in one locale; null parts are not customised. */
@Entity({ name: "message_texts" })
export class CustomTemplateEntity {
  @KeyColumn("application_id") applicationId!: string;
  @KeyColumn("template", 32) template!: string;

  /** Canonical language tag, as returned by Intl.getCanonicalLocales. */
  @KeyColumn("locale", 35) locale!: string;
  @TextColumn("subject", 500, { nullable: true }) subject!: string | null;
  @LongTextColumn("text", { nullable: true }) text!: string | null;
  @LongTextColumn("html", { nullable: true }) html!: string | null;
  @TextColumn("sms", 500, { nullable: true }) sms!: string | null;
  @InstantColumn("changed_at") changedAt!: Date;
}
