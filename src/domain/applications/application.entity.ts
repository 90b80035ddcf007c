import { Entity, Unique } from "typeorm";
import { InstantColumn, IntegerColumn, JsonColumn, KeyColumn, TextColumn } from "../../platform/database/index.js";

@Entity({ name: "applications" })
@Unique("applications_app_key", ["appKey"])
@Unique("applications_secret_key_hash", ["secretKeyHash"])
export class ApplicationEntity {
  @KeyColumn("id") id!: string;
  @TextColumn("name", 128) name!: string;
  @TextColumn("status", 16) status!: string;

  /** RESERVED: belongs to the gateway itself, and is not managed as an application. */
  @TextColumn("kind", 16, { default: "NORMAL" }) kind!: "NORMAL" | "RESERVED";

  /** The current public key; it is part of clients and only identifies the application. All keys: `application_keys`. */
  @TextColumn("app_key", 64) appKey!: string;

  /** Hash of the current secret key, for processes of the previous release, which do not read `application_keys`. */
  @TextColumn("secret_key_hash", 64) secretKeyHash!: string;
  @TextColumn("owner_id", 36, { nullable: true }) ownerId!: string | null;

  /** Settings that differ from the defaults, by group. */
  @JsonColumn("settings") settings!: Record<string, unknown>;
  @IntegerColumn("settings_version") settingsVersion!: number;
  @InstantColumn("created_at") createdAt!: Date;
}
