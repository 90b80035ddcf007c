import { setTimeout as delay } from "node:timers/promises";
import type { Services } from "../../app/services.js";
import type { ApplicationDraft, NewApplication } from "../../domain/applications/index.js";
import { randomId } from "../../platform/crypto/index.js";
import { CACHE_TTL_MS } from "../../platform/read-through-cache.js";

type Dependencies = Pick<Services, "applicationRegistry" | "signingKeys" | "audit" | "database" | "retentionPolicies">;

/** Makes applications whole, with their keys, and removes them with everything that belongs to them. */
export class ApplicationLifecycle {
  constructor(private readonly dependencies: Dependencies) {}

  /** @throws SettingsRefused when the name or a setting is not acceptable */
  async create({ id = randomId(), ...draft }: Omit<ApplicationDraft, "id"> & { readonly id?: string }): Promise<NewApplication> {
    const { applicationRegistry, signingKeys, audit, database } = this.dependencies;
    // Key pairs take a moment to make: no transaction waits for them.
    const keys = await signingKeys.generateInitialKeys(id);
    return await database.transaction(async () => {
      const created = await applicationRegistry.create({ ...draft, id });
      await keys.store();
      await audit.record({ applicationId: id, event: "APPLICATION_CREATED", outcome: "SUCCESS", actor: draft.ownerId ?? "operator" });
      return created;
    });
  }

  /**
   * False when there is no such application. Its audit events stay. Takes as long as other processes may still work for it: what they
   * have written meanwhile goes, too.
   */
  async delete(id: string): Promise<boolean> {
    const { applicationRegistry, audit, database } = this.dependencies;
    const isDeleted = await database.transaction(async () => {
      if (!(await applicationRegistry.delete(id))) return false;
      await this.deleteRows(id);
      await audit.record({ applicationId: id, event: "APPLICATION_DELETED", outcome: "SUCCESS", actor: "operator" });
      return true;
    });
    if (!isDeleted) return false;
    await delay(CACHE_TTL_MS);
    await database.transaction(() => this.deleteRows(id));
    return true;
  }

  private async deleteRows(id: string): Promise<void> {
    for (const policy of this.dependencies.retentionPolicies) await policy.deleteByApplication(id);
  }
}
