import { Entity, Unique } from "typeorm";
import { InstantColumn, KeyColumn, TextColumn } from "../../platform/database/index.js";

/** APP: a public key, part of clients. SECRET: the credential of the application's back end. */
export type ApplicationKeyKind = "APP" | "SECRET";

@Entity({ name: "application_keys" })
@Unique("application_keys_value", ["value"])
export class ApplicationKeyEntity {
  @KeyColumn("application_id")
  applicationId!: string;

  @KeyColumn("id")
  id!: string;

  @TextColumn("kind", 8)
  kind!: ApplicationKeyKind;

  /** A public key as it is; the hash of a secret key. */
  @TextColumn("value", 64)
  value!: string;

  /** First characters of the random part of a secret key; null where they are not known. */
  @TextColumn("prefix", 16, { nullable: true })
  prefix!: string | null;

  @InstantColumn("created_at")
  createdAt!: Date;

  /** Begin of the UTC day (APP) or hour (SECRET) of the last use. */
  @InstantColumn("last_used_at", { nullable: true })
  lastUsedAt!: Date | null;

  /** From this instant the key does not work; null: no end is set. */
  @InstantColumn("expires_at", { nullable: true })
  expiresAt!: Date | null;

  /** A revoked key has also expired at this instant. */
  @InstantColumn("revoked_at", { nullable: true })
  revokedAt!: Date | null;
}
