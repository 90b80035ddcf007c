import type { Clock } from "../../platform/clock.js";
import type { Encryptor } from "../../platform/crypto/index.js";
import type { Database, Transaction } from "../../platform/database/index.js";
import type { ApplicationSecretEntity } from "./application-secret.entity.js";
import type { ApplicationSecretRepository } from "./application-secret.repository.js";
import type { SecretChanges, SecretName } from "./settings/index.js";

/** Write-only values of settings, stored encrypted. */
export class ApplicationSecrets {
  constructor(
    private readonly repository: ApplicationSecretRepository,
    private readonly database: Database,
    private readonly encryptor: Encryptor,
    private readonly clock: Clock,
  ) {}

  /** The value must not appear in responses, logs or messages. @throws DecryptionError when its master key is missing */
  async decrypt(applicationId: string, name: SecretName): Promise<string | null> {
    const row = await this.repository.find(applicationId, name);
    return row && (await this.encryptor.decryptText(associatedData(row), row.valueSealed));
  }

  async change(tx: Transaction, applicationId: string, changes: SecretChanges): Promise<void> {
    for (const [name, value] of Object.entries(changes))
      if (value === null) await this.repository.delete(tx, applicationId, name);
      else {
        const valueSealed = await this.encryptor.encrypt(associatedData({ applicationId, name }), value);
        await this.repository.put(tx, { applicationId, name, valueSealed, createdAt: this.clock.now() });
      }
  }

  /** Re-encrypts at most `limit` secrets that are not under the current master key; returns how many. */
  async reencrypt(limit: number): Promise<number> {
    const rows = await this.repository.listEncryptedWithOtherKey(this.encryptor.currentKeyPrefix, limit);
    for (const row of rows) {
      const next = await this.encryptor.reencrypt(associatedData(row), row.valueSealed);
      await this.database.transaction((tx) => this.repository.replaceEncrypted(tx, row, next));
    }
    return rows.length;
  }
}

const associatedData = ({ applicationId, name }: Pick<ApplicationSecretEntity, "applicationId" | "name">) => [
  "application_secrets",
  "value",
  applicationId,
  name,
];
