import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { connectToMysql, isMysql } from "../support/database.js";
import { TestGateway } from "../support/gateway.js";

describe.runIf(isMysql)("transaction isolation", () => {
  it("transaction - server whose default is REPEATABLE READ - reads what others commit meanwhile: READ COMMITTED", async () => {
    const gateway = await TestGateway.start();
    const { database } = gateway.services;
    const [server, other] = [await connectToMysql(gateway.database.url), await connectToMysql(gateway.database.url)];
    const count = "SELECT COUNT(*) AS number FROM migration_lock";
    const commit = () =>
      other.query("INSERT INTO migration_lock (name, owner, lease_until) VALUES (?, '', '')", [randomUUID().slice(0, 16)]);
    /** How many rows another connection added between two reads became visible. */
    const addedBetween = async (read: () => Promise<unknown>) => {
      const rows = async () => Number(((await read()) as { number: number }[])[0]?.number);
      const before = await rows();
      await commit();
      return (await rows()) - before;
    };
    try {
      await server.query("START TRANSACTION");
      expect(await addedBetween(async () => (await server.query(count))[0])).toBe(0);
      await server.query("ROLLBACK");
      const added = Array.from({ length: 5 }, () => database.transaction(({ manager }) => addedBetween(() => manager.query(count))));
      expect(Math.min(...(await Promise.all(added)))).toBeGreaterThan(0);
    } finally {
      await other.query("DELETE FROM migration_lock WHERE name <> 'schema'");
      for (const connection of [server, other]) await connection.end();
      await gateway.stop();
    }
  });
});
