import { Entity } from "typeorm";
import { InstantColumn, KeyColumn, LongTextColumn, TextColumn } from "../../platform/database/index.js";

/** An application's own words for a message in one language; a part that is null is not its own. */
@Entity({ name: "message_texts" })
export class CustomTemplateEntity {
  @KeyColumn("application_id")
  applicationId!: string;

  @KeyColumn("template", 32)
  template!: string;

  /** As Intl.getCanonicalLocales writes it. */
  @KeyColumn("locale", 35)
  locale!: string;

  @TextColumn("subject", 500, { nullable: true })
  subject!: string | null;

  @LongTextColumn("text", { nullable: true })
  text!: string | null;

  @LongTextColumn("html", { nullable: true })
  html!: string | null;

  @TextColumn("sms", 500, { nullable: true })
  sms!: string | null;

  @InstantColumn("changed_at")
  changedAt!: Date;
}
