import type { QueryRunner } from "typeorm";
import type { Transaction } from "./database.js";

/** The last restore into this database. */
export interface RestoreState {
  readonly backupCreatedAt: string;
  readonly startedAt: string;
  /** LOADING: rows are missing. LOADED: all rows are there, and what they made valid again is not invalidated yet. */
  readonly state: "LOADING" | "LOADED" | "FINISHED";
}

const TABLE = "restores";

/** Thrown when the gateway is started on a database whose restore did not finish. */
export class UnfinishedRestoreError extends Error {
  override name = "UnfinishedRestoreError";
}

/**
 * Marks the database before its first row is written, so that no gateway serves it until `finishRestore`. The table is created here and
 * not by a migration, because backups of older releases are loaded before the newer migrations run.
 */
export async function beginRestore(runner: QueryRunner, backupCreatedAt: string, now: Date): Promise<void> {
  await runner.query(
    `CREATE TABLE IF NOT EXISTS ${TABLE} (id VARCHAR(8) NOT NULL PRIMARY KEY, backup_created_at VARCHAR(24) NOT NULL, started_at VARCHAR(24) NOT NULL, state VARCHAR(8) NOT NULL)`,
  );
  await runner.query(`REPLACE INTO ${TABLE} (id, backup_created_at, started_at, state) VALUES ('last', ?, ?, 'LOADING')`, [
    backupCreatedAt,
    now.toISOString(),
  ]);
}

export async function markRestoreLoaded(runner: QueryRunner): Promise<void> {
  await runner.query(`UPDATE ${TABLE} SET state = 'LOADED' WHERE id = 'last'`);
}

/** Allows gateways to serve the database; without effect when it was restored by other tools. */
export async function finishRestore({ manager }: Transaction): Promise<void> {
  const { queryRunner } = manager;
  if (queryRunner && (await findRestoreState(queryRunner))) await manager.query(`UPDATE ${TABLE} SET state = 'FINISHED' WHERE id = 'last'`);
}

/** Null when this database never was restored by `latchkey restore`. */
export async function findRestoreState(runner: QueryRunner): Promise<RestoreState | null> {
  if (!(await runner.hasTable(TABLE))) return null;
  const rows = (await runner.query(
    `SELECT backup_created_at AS backupCreatedAt, started_at AS startedAt, state FROM ${TABLE} WHERE id = 'last'`,
  )) as RestoreState[];
  return rows[0] ?? null;
}

/** Why the gateway does not serve a database in this state, and what to do; null when it does. */
export function describeUnfinishedRestore(restore: RestoreState | null): string | null {
  if (!restore || restore.state === "FINISHED") return null;
  const { backupCreatedAt, startedAt, state } = restore;
  const remedy =
    state === "LOADED"
      ? "All rows are there; run latchkey after-restore --yes, which invalidates sessions and codes and completes it"
      : "Rows are missing, so latchkey after-restore cannot complete it; run latchkey restore again, with --replace and the name of the database";
  return `The restore of the backup of ${backupCreatedAt} into this database, started at ${startedAt}, did not finish. ${remedy}`;
}

/** @throws UnfinishedRestoreError */
export async function refuseUnfinishedRestore(runner: QueryRunner, accepted: RestoreState["state"] | undefined): Promise<void> {
  const restore = await findRestoreState(runner);
  const reason = describeUnfinishedRestore(restore);
  if (reason && restore?.state !== accepted) throw new UnfinishedRestoreError(reason);
}
