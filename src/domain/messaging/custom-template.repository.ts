import type { Transaction } from "../../platform/database/index.js";
import { BatchedLookup, type Database } from "../../platform/database/index.js";
import { CustomTemplateEntity } from "./custom-template.entity.js";

export class CustomTemplateRepository {
  private readonly byKey = new BatchedLookup(
    this.database,
    { wording: CustomTemplateEntity },
    "FROM message_texts wording",
    ["wording.application_id", "wording.template", "wording.locale"],
    ({ wording: { applicationId, template, locale } }) => [applicationId, template, locale],
  );

  constructor(private readonly database: Database) {}

  /** Custom templates of one message in some locales. */
  async listByLocales(applicationId: string, template: string, locales: readonly string[]): Promise<CustomTemplateEntity[]> {
    const rows = await this.byKey.all(locales.map((locale) => [applicationId, template, locale]));
    return rows.flatMap((row) => (row ? [row.wording] : []));
  }

  /** All custom templates of an application, ordered by message and locale. */
  async list(applicationId: string): Promise<CustomTemplateEntity[]> {
    return await this.texts.find({ where: { applicationId }, order: { template: "ASC", locale: "ASC" } });
  }

  async put(tx: Transaction, row: CustomTemplateEntity): Promise<void> {
    await this.delete(tx, row.applicationId, row.template, row.locale);
    await tx.manager.insert(CustomTemplateEntity, row as never);
  }

  /** Deletes the custom templates of a message in one locale or in all; returns how many were deleted. */
  async delete(tx: Transaction, applicationId: string, template: string, locale?: string): Promise<number> {
    const { affected } = await tx.manager.delete(CustomTemplateEntity, { applicationId, template, ...(locale ? { locale } : {}) });
    return affected ?? 0;
  }

  private get texts() {
    return this.database.readManager.getRepository(CustomTemplateEntity);
  }
}
