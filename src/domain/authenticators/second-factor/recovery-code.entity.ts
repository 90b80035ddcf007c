import { Entity } from "typeorm";
import { InstantColumn, KeyColumn } from "../../../platform/database/index.js";

/** A recovery code that is left: a used one has no row. */
@Entity({ name: "recovery_codes" })
export class RecoveryCodeEntity {
  @KeyColumn("application_id")
  applicationId!: string;

  @KeyColumn("user_id")
  userId!: string;

  /** HMAC of the code over application and user. */
  @KeyColumn("code_hash", 64)
  codeHash!: string;

  @InstantColumn("created_at")
  createdAt!: Date;
}
