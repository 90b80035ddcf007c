import type { Clock } from "../../platform/clock.js";
import { type Encryptor, encryptedColumn } from "../../platform/crypto/index.js";
import type { Database, Transaction } from "../../platform/database/index.js";
import { ApplicationSecretEntity } from "./application-secret.entity.js";
import type { SecretChanges, SecretName } from "./settings/index.js";

export const secretValueColumn = encryptedColumn(
  ApplicationSecretEntity,
  "valueSealed",
  ["application_secrets", "value"],
  ["applicationId", "name"],
);

/** Secret settings: encrypted, used by the gateway and never returned. Each value is bound to its row by its associated data. */
export class ApplicationSecrets {
  constructor(
    private readonly database: Database,
    private readonly encryptor: Encryptor,
    private readonly clock: Clock,
  ) {}

  /** The value must not appear in responses, logs or messages. @throws DecryptionError when its master key is missing */
  async decrypt(applicationId: string, name: SecretName): Promise<string | null> {
    const row = await this.database.readManager.getRepository(ApplicationSecretEntity).findOneBy({ applicationId, name });
    return row && (await this.encryptor.decryptText(secretValueColumn.associatedData(row), row.valueSealed));
  }

  async change(tx: Transaction, applicationId: string, changes: SecretChanges): Promise<void> {
    for (const [name, value] of Object.entries(changes)) {
      await tx.manager.delete(ApplicationSecretEntity, { applicationId, name });
      if (value === null) continue;
      const valueSealed = await this.encryptor.encrypt(secretValueColumn.associatedData({ applicationId, name }), value);
      await tx.manager.insert(ApplicationSecretEntity, { applicationId, name, valueSealed, createdAt: this.clock.now() });
    }
  }
}
