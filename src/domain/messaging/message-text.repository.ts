import { type Database, HotLookup } from "../../platform/database/index.js";
import { MessageTextEntity } from "./message-text.entity.js";

const parts = { wording: MessageTextEntity };

export class MessageTextRepository {
  private readonly byKey: HotLookup<typeof parts>;

  constructor(private readonly database: Database) {
    const key = ["wording.application_id", "wording.template", "wording.locale"];
    this.byKey = new HotLookup(database, parts, "FROM message_texts wording", key, ({ wording: { applicationId, template, locale } }) => [
      applicationId,
      template,
      locale,
    ]);
  }

  /** An application's own texts of one message in some languages. */
  async listOf(applicationId: string, template: string, locales: readonly string[]): Promise<MessageTextEntity[]> {
    const rows = await this.byKey.all(locales.map((locale) => [applicationId, template, locale]));
    return rows.flatMap((row) => (row ? [row.wording] : []));
  }

  /** All of an application's own texts, by message and language. */
  async list(applicationId: string): Promise<MessageTextEntity[]> {
    return await this.texts.find({ where: { applicationId }, order: { template: "ASC", locale: "ASC" } });
  }

  /** Runs in the caller's transaction. */
  async put(row: MessageTextEntity): Promise<void> {
    await this.delete(row.applicationId, row.template, row.locale);
    await this.database.writing.insert(MessageTextEntity, row as never);
  }

  /** In one language, or in all; returns how many there were. Runs in the caller's transaction. */
  async delete(applicationId: string, template: string, locale?: string): Promise<number> {
    const { affected } = await this.database.writing.delete(MessageTextEntity, { applicationId, template, ...(locale ? { locale } : {}) });
    return affected ?? 0;
  }

  async deleteOfApplication(applicationId: string): Promise<void> {
    await this.database.writing.delete(MessageTextEntity, { applicationId });
  }

  private get texts() {
    return this.database.reading.getRepository(MessageTextEntity);
  }
}
