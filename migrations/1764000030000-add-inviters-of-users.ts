import { type MigrationInterface, type QueryRunner, TableIndex } from "typeorm";
import { addColumns, columnTypes, nullable } from "../src/platform/database/index.js";

const byAge = new TableIndex({ name: "invitations_created_at", columnNames: ["application_id", "created_at"] });

export class AddInvitersOfUsers1764000030000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, "users", { invited_by_id: nullable(columnTypes.id) });
    const invitations = await runner.getTable("invitations");
    if (!invitations?.indices.some(({ name }) => name === byAge.name)) await runner.createIndex("invitations", byAge);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex("invitations", byAge);
    await runner.dropColumn("users", "invited_by_id");
  }
}
