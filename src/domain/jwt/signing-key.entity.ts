import { Entity } from "typeorm";
import { InstantColumn, JsonColumn, KeyColumn, LongTextColumn, TextColumn } from "../../platform/database/index.js";

@Entity({ name: "signing_keys" })
export class SigningKeyEntity {
  @KeyColumn("application_id")
  applicationId!: string;

  /** RFC 7638 thumbprint: the `kid`. */
  @KeyColumn("id", 43)
  id!: string;

  @TextColumn("state", 16)
  state!: string;

  @LongTextColumn("private_key_sealed")
  privateKeySealed!: string;

  @LongTextColumn("public_key_pem")
  publicKeyPem!: string;

  @JsonColumn("public_jwk")
  publicJwk!: Record<string, string>;

  @InstantColumn("created_at")
  createdAt!: Date;

  /** Since when it signs or signed. */
  @InstantColumn("used_since", { nullable: true })
  usedSince!: Date | null;

  /** Until when a PREVIOUS key is published. */
  @InstantColumn("retires_at", { nullable: true })
  retiresAt!: Date | null;
}
