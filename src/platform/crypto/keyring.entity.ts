import { Entity } from "typeorm";
import { InstantColumn, KeyColumn, LongTextColumn, TextColumn } from "../database/index.js";

/** One random 256-bit key of the gateway, encrypted under a master key. */
@Entity({ name: "keyring" })
export class KeyringEntity {
  @KeyColumn("id")
  id!: string;

  @TextColumn("purpose", 16)
  purpose!: string;

  @LongTextColumn("key_sealed")
  keySealed!: string;

  @InstantColumn("created_at")
  createdAt!: Date;
}
