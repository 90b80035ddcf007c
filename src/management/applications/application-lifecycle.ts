import { setTimeout as delay } from "node:timers/promises";
import type { Services } from "../../app/services.js";
import type { ApplicationDraft, NewApplication } from "../../domain/applications/index.js";
import { inApplication, type RequestContext } from "../../domain/request-context.js";
import { randomId } from "../../platform/crypto/index.js";
import { deleteByApplication, type Transaction } from "../../platform/database/index.js";
import { CACHE_TTL_MS } from "../../platform/read-through-cache.js";

type Dependencies = Pick<Services, "applicationRegistry" | "signingKeys" | "audit" | "database" | "retentionRules">;

/** Creates applications with their signing keys, and deletes them with all their data. */
export class ApplicationLifecycle {
  constructor(private readonly dependencies: Dependencies) {}

  /** @throws InvalidSettingsError if the name or a setting is invalid */
  async create(
    context: RequestContext,
    { id = randomId(), ...draft }: Omit<ApplicationDraft, "id"> & { readonly id?: string },
  ): Promise<NewApplication> {
    const { applicationRegistry, signingKeys, audit, database } = this.dependencies;
    // Generating key pairs takes long, so it happens before the transaction.
    const keys = await signingKeys.generateInitialKeys(id);
    return await database.transaction(async (tx) => {
      const created = await applicationRegistry.create({ ...draft, id });
      await keys.store(tx);
      await audit.success(inApplication(context, { id }), "APPLICATION_CREATED");
      return created;
    });
  }

  /**
   * False if there is no such application. Its audit events are kept. Other processes may serve the application until their caches
   * expire; therefore this waits for that time and deletes again what they have written.
   */
  async delete(context: RequestContext, id: string): Promise<boolean> {
    const { applicationRegistry, audit, database } = this.dependencies;
    const isDeleted = await database.transaction(async (tx) => {
      if (!(await applicationRegistry.delete(tx, id))) return false;
      await this.deleteRows(tx, id);
      await audit.success(inApplication(context, { id }), "APPLICATION_DELETED");
      return true;
    });
    if (!isDeleted) return false;
    await delay(CACHE_TTL_MS);
    await database.transaction((tx) => this.deleteRows(tx, id));
    return true;
  }

  private async deleteRows(tx: Transaction, id: string): Promise<void> {
    const { retentionRules, signingKeys } = this.dependencies;
    await deleteByApplication(tx, retentionRules, id);
    signingKeys.invalidateCacheOnCommit();
  }
}
