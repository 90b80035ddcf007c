import { Entity } from "typeorm";
import { InstantColumn, KeyColumn } from "../../platform/database/index.js";

/** A day on which the PEM of a signing key was fetched: an indication that it is installed manually somewhere. */
@Entity({ name: "signing_key_fetches" })
export class SigningKeyFetchEntity {
  @KeyColumn("application_id")
  applicationId!: string;

  @KeyColumn("key_id", 43)
  keyId!: string;

  /** UTC day, e.g. 2026-11-28. */
  @KeyColumn("fetched_on", 10)
  fetchedOn!: string;

  @InstantColumn("fetched_at")
  fetchedAt!: Date;
}
