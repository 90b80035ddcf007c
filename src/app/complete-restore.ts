import { inApplication, internalContext } from "../domain/request-context.js";
import { finishRestore, invalidateAfterRestore } from "../platform/database/index.js";
import type { Services } from "./services.js";

const PAGE_SIZE = 500;

/**
 * Ends a restore: what was used, changed or revoked after the backup must not become valid again. Returns the applications whose signing
 * keys were replaced. Keys revoked after the backup cannot be known, so each key of the backup is revoked unless `keepsKeys`.
 */
export async function completeRestore(services: Services, keepsKeys: boolean): Promise<readonly string[]> {
  const { database, retentionRules, clock } = services;
  const replaced = keepsKeys ? [] : await replaceSigningKeys(services);
  await database.withoutTimeouts((runner) =>
    runner.manager.transaction(async (manager) => {
      await invalidateAfterRestore({ manager }, retentionRules, clock.now());
      await finishRestore({ manager });
    }),
  );
  return replaced;
}

async function replaceSigningKeys(services: Services): Promise<string[]> {
  const replaced: string[] = [];
  let page = await services.applicationRegistry.list(PAGE_SIZE);
  while (page.length > 0) {
    for (const application of page) {
      await revokePublishedKeys(services, application);
      replaced.push(application.id);
    }
    page = await services.applicationRegistry.list(PAGE_SIZE, page.at(-1));
  }
  return replaced;
}

/** Revoking the current key promotes the next one, which is revoked in turn: a new key signs, and another new one is next. */
async function revokePublishedKeys(services: Services, application: { readonly id: string }): Promise<void> {
  const { signingKeys, audit, database } = services;
  for (const { id: kid } of await signingKeys.listPublished(application.id))
    await database.transaction(async () => {
      const state = await signingKeys.revoke(application.id, kid);
      await audit.success(inApplication(internalContext("OPERATOR"), application), "SIGNING_KEY_REVOKED", { kid, state, restored: true });
    });
}
