import { Entity } from "typeorm";
import { InstantColumn, KeyColumn, LongTextColumn } from "../../platform/database/index.js";

/** An encrypted setting whose value is never returned. */
@Entity({ name: "application_secrets" })
export class ApplicationSecretEntity {
  @KeyColumn("application_id") applicationId!: string;

  /** The setting: `group.field`. */
  @KeyColumn("name", 64) name!: string;
  @LongTextColumn("value_sealed") valueSealed!: string;
  @InstantColumn("created_at") createdAt!: Date;
}
