import { Entity } from "typeorm";
import { InstantColumn, KeyColumn } from "../../../platform/database/index.js";

/** An unused recovery code; used codes are deleted. */
@Entity({ name: "recovery_codes" })
export class RecoveryCodeEntity {
  @KeyColumn("application_id") applicationId!: string;
  @KeyColumn("user_id") userId!: string;

  /** HMAC over application, user and code. */
  @KeyColumn("code_hash", 64) codeHash!: string;
  @InstantColumn("created_at") createdAt!: Date;
}
