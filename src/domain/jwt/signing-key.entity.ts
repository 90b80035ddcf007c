import { Entity } from "typeorm";
import { InstantColumn, JsonColumn, KeyColumn, LongTextColumn, TextColumn } from "../../platform/database/index.js";

@Entity({ name: "signing_keys" })
export class SigningKeyEntity {
  @KeyColumn("application_id") applicationId!: string;

  /** RFC 7638 thumbprint: the `kid`. */
  @KeyColumn("id", 43) id!: string;
  @TextColumn("state", 16) state!: string;
  @LongTextColumn("private_key_sealed") privateKeySealed!: string;
  @LongTextColumn("public_key_pem") publicKeyPem!: string;
  @JsonColumn("public_jwk") publicJwk!: Record<string, string>;
  @InstantColumn("created_at") createdAt!: Date;

  /** Time of its first use for signing; null before. */
  @InstantColumn("used_since", { nullable: true }) usedSince!: Date | null;

  /** End of the publication of a PREVIOUS key. */
  @InstantColumn("retires_at", { nullable: true }) retiresAt!: Date | null;
}
