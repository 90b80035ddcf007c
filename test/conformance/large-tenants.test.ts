import { createConnection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { SessionEntity } from "../../src/domain/sessions/session.entity.js";
import { SessionRepository } from "../../src/domain/sessions/session.repository.js";
import { isMysql } from "../support/database.js";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import { signUpPerson, uniqueEmail } from "../support/people.js";

describe.skipIf(!isMysql)("one large application among many small ones", () => {
  const SESSION_COUNT = 8000;
  const APPLICATION_COUNT = 4000;
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await TestGateway.start();
  });
  afterAll(() => gateway.stop());

  it("find and rotate - batched keys of one large application, or of several - read only the requested rows", async () => {
    const [large, other] = [await gateway.createApplication("Large"), await gateway.createApplication("Other")];
    const email = uniqueEmail("crowd");
    await signUpPerson(gateway, large, email);
    await signUpPerson(gateway, other);
    const columnsBut = async (table: string, ...own: string[]) =>
      (await gateway.query<Record<string, unknown>>(`SELECT * FROM ${table} LIMIT 1`))
        .flatMap(Object.keys)
        .filter((name) => !own.includes(name))
        .join(", ");
    const ofApplication = await columnsBut("applications", "id", "app_key", "secret_key_hash");
    const copyApplications = `INSERT INTO applications (id, app_key, secret_key_hash, ${ofApplication}) SELECT UUID(), UUID(), UUID(), ${ofApplication} FROM applications`;
    for (let count = 2; count < APPLICATION_COUNT; count *= 2) await gateway.query(copyApplications);
    const ofSession = await columnsBut("sessions", "id", "application_id");
    const copySessions = `INSERT INTO sessions (id, application_id, ${ofSession}) SELECT UUID()`;
    await gateway.query(
      `${copySessions}, a.id, ${ofSession} FROM sessions s JOIN (SELECT id FROM applications WHERE id NOT IN (?, ?)) a WHERE s.application_id = ?`,
      [large.id, other.id, other.id],
    );
    for (let count = 1; count < SESSION_COUNT; count *= 2)
      await gateway.query(`${copySessions}, application_id, ${ofSession} FROM sessions WHERE application_id = ?`, [large.id]);
    await gateway.query("ANALYZE TABLE applications, users, sessions");

    const repository = new SessionRepository(gateway.services.database);
    const querySpy = vi.spyOn(gateway.services.database, "queryPrepared");
    const updateSpy = vi.spyOn(gateway.services.database, "executeAutocommit");
    const keysOf = async ({ id }: TestApplication, count: number) =>
      (await gateway.query<{ id: string }>("SELECT id FROM sessions WHERE application_id = ? ORDER BY id LIMIT ?", [id, count])).map(
        (row) => [id, row.id],
      );
    const [many, single] = [await keysOf(large, 16), await keysOf(other, 1)];
    const connection = await createConnection(gateway.database.url);
    const countReads = async () => {
      const [rows] = await connection.query("SHOW SESSION STATUS WHERE Variable_name IN ('Handler_read_next', 'Handler_read_rnd_next')");
      return (rows as { Value: string }[]).reduce((sum, { Value }) => sum + Number(Value), 0);
    };
    /** Rows read along an index or table by a statement, without those that asking for their number costs. */
    const countRowReads = async (sql: string, parameters: readonly unknown[]) => {
      const before = await countReads();
      await connection.execute(sql, [...parameters] as string[]);
      const between = await countReads();
      return between - before - ((await countReads()) - between);
    };
    for (const keys of [many.slice(0, 2), many.slice(0, 7), many, [...many.slice(0, 1), ...single], [...many.slice(0, 15), ...single]]) {
      querySpy.mockClear();
      const found = await Promise.all(keys.map(([application = "", id = ""]) => repository.findWithUser(application, id)));
      expect(found.map((each) => each?.session.id)).toEqual(keys.map(([, id]) => id));
      // The outbox reads in the background, too.
      const reads = querySpy.mock.calls.filter(([sql]) => sql.includes("FROM sessions"));
      expect(reads).toHaveLength(1);
      const [sql = "", parameters = []] = reads[0] ?? [];
      expect(await countRowReads(sql, parameters)).toBeLessThan(200);
    }
    for (const keys of [many.slice(0, 2), many.slice(0, 4), [...many.slice(0, 3), ...single]]) {
      updateSpy.mockClear();
      const rows = await Promise.all(keys.map(([application = "", id = ""]) => repository.find(application, id)));
      await Promise.all(rows.map((row) => repository.rotate(row as SessionEntity, () => row as SessionEntity)));
      expect(updateSpy).toHaveBeenCalledTimes(1);
      const [sql = "", parameters = () => []] = updateSpy.mock.calls[0] ?? [];
      expect(await countRowReads(sql, parameters())).toBeLessThan(200);
    }
    await connection.end();
  }, 120_000);
});
