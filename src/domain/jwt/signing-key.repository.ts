import { And, Like, Not } from "typeorm";
import { ChangeCount, type Database, HotRead, StalePremise } from "../../platform/database/index.js";
import { SigningKeyEntity } from "./signing-key.entity.js";

const parts = { signing_key: SigningKeyEntity };

export class SigningKeyRepository {
  private readonly ofApplication: HotRead<typeof parts>;
  readonly changes: ChangeCount;

  constructor(private readonly database: Database) {
    this.changes = new ChangeCount(database);
    this.ofApplication = new HotRead(
      database,
      parts,
      "FROM signing_keys signing_key WHERE signing_key.application_id = ? ORDER BY signing_key.created_at",
    );
  }

  async list(applicationId: string): Promise<SigningKeyEntity[]> {
    return (await this.ofApplication.all([applicationId])).map(({ signing_key }) => signing_key);
  }

  async insert(row: SigningKeyEntity): Promise<void> {
    await this.database.writing.insert(SigningKeyEntity, row as never);
  }

  /** Moves a key on from the state it was seen in. @throws StalePremise when somebody else moved it */
  async move({ applicationId, id, state }: SigningKeyEntity, change: Partial<SigningKeyEntity>): Promise<void> {
    const { affected } = await this.database.writing.update(SigningKeyEntity, { applicationId, id, state }, change as never);
    if (affected !== 1) throw new StalePremise();
    this.changes.note();
  }

  /** Private keys sealed under another master key than today's, at most `limit`. */
  async listSealedOtherwise(currentPrefix: string, limit: number): Promise<SigningKeyEntity[]> {
    return await this.database.reading
      .getRepository(SigningKeyEntity)
      .find({ where: { privateKeySealed: And(Not(Like(`${currentPrefix}%`)), Not("")) }, take: limit });
  }

  /** Puts a newly sealed key in the place of the one that was read; false when it was changed meanwhile. */
  async replaceSealed({ applicationId, id, privateKeySealed }: SigningKeyEntity, next: string): Promise<boolean> {
    const { affected } = await this.database.writing.update(
      SigningKeyEntity,
      { applicationId, id, privateKeySealed },
      { privateKeySealed: next },
    );
    return affected === 1;
  }

  async deleteOfApplication(applicationId: string): Promise<void> {
    await this.database.writing.delete(SigningKeyEntity, { applicationId });
    this.changes.note();
  }
}
