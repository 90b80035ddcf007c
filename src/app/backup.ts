import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { RestoredBackup, RestoreOptions, WrittenBackup } from "../cli/index.js";
import { systemClock } from "../platform/clock.js";
import { Encryptor, loadMasterKeys, randomId } from "../platform/crypto/index.js";
import {
  type BackupHeader,
  beginRestore,
  type Database,
  dumpTables,
  inSnapshot,
  listTables,
  loadTables,
  markRestoreLoaded,
  openDatabase,
  readBackupBatches,
  readBackupHeader,
  writeBackupFile,
} from "../platform/database/index.js";
import { openWithoutMigrating, schema } from "./compose.js";
import type { Environment } from "./environment.js";
import { encryptedColumns } from "./stored-data.js";

const { entities, migrations } = schema;

/** Writes a consistent backup without running migrations: a backup before an update is one of the old tables. */
export async function writeBackup(environment: Environment, file: string): Promise<WrittenBackup> {
  const path = sqliteFile(environment.DATABASE_URL);
  if (path && !existsSync(path)) throw new Error(`There is no database at ${path}`);
  const database = await openWithoutMigrating(environment);
  try {
    return await database.withoutTimeouts((runner) =>
      inSnapshot(runner, async () => {
        const existing = await listTables(runner);
        if (!existing.includes("migrations")) throw new Error(`${database.label} has no tables of Latchkey: there is nothing to back up`);
        const rows = (await runner.query("SELECT name FROM migrations ORDER BY id")) as { name: string }[];
        const createdAt = systemClock.now().toISOString();
        const header = { latchkeyBackup: 1, createdAt, database: database.label, migrations: rows.map(({ name }) => name) } as const;
        return { createdAt, rows: await writeBackupFile(file, header, dumpTables(runner, tableNames(database))) };
      }),
    );
  } finally {
    await database.close();
  }
}

/**
 * Loads a backup. Everything that can be known to fail is checked before the database is changed, and from its first change on no gateway
 * serves it, until `completeRestore` has invalidated what the backup would make valid again.
 */
export async function loadBackup(environment: Environment, file: string, { replace }: RestoreOptions): Promise<RestoredBackup> {
  const header = await readBackupHeader(file);
  const applied = migrations.filter((migration) => header.migrations.includes(migration.name));
  if (applied.length < header.migrations.length)
    throw new Error(`${file} was written by a newer release than this one: restore it with that release`);
  await prepareDatabase(environment, file, header, replace);
  const options = { url: environment.DATABASE_URL, entities, migrations: applied, acceptedRestore: "LOADING" } as const;
  const database = await openDatabase({ ...options, runMigrations: { lockOwner: randomId() } }, systemClock);
  try {
    return await database.withoutTimeouts(async (runner) => {
      const rows = await loadTables(runner, readBackupBatches(file));
      await markRestoreLoaded(runner);
      return { createdAt: header.createdAt, database: database.label, rows };
    });
  } finally {
    await database.close();
  }
}

/** Checks backup, master keys and database, then marks the database and removes what is replaced. */
async function prepareDatabase(environment: Environment, file: string, header: BackupHeader, replace?: string): Promise<void> {
  const encryptor = new Encryptor(existingMasterKeys(environment));
  const database = await openWithoutMigrating(environment);
  try {
    const name = databaseName(environment.DATABASE_URL);
    const isReplaced = replace === name;
    if (replace !== undefined && !isReplaced) throw new Error(`--replace must be followed by the name of the database, ${name}`);
    await database.withoutTimeouts(async (runner) => {
      const existing = await listTables(runner);
      if (existing.length > 0 && !isReplaced)
        throw new Error(
          `The database ${name} (${database.label}) is not empty; nothing was changed. To delete what Latchkey has stored in it and restore the backup, stop every gateway and pass --replace ${name}`,
        );
      await verifyBackup(file, database, encryptor);
      await beginRestore(runner, header.createdAt, systemClock.now());
      const own = new Set([...tableNames(database), "migrations", "migration_lock"]);
      for (const table of existing.filter((table) => own.has(table))) await runner.dropTable(table);
    });
  } finally {
    await database.close();
  }
}

/** Reads the whole file, and decrypts every encrypted value. */
async function verifyBackup(file: string, database: Database, encryptor: Encryptor): Promise<void> {
  const encrypted = encryptedColumns.map((column) => {
    const metadata = database.readManager.dataSource.getMetadata(column.entity);
    const properties = new Map(metadata.columns.map(({ databaseName: name, propertyName }) => [name, propertyName]));
    return { column, table: metadata.tableName, properties };
  });
  for await (const { table, columns, rows } of readBackupBatches(file))
    for (const { column, properties } of encrypted.filter((candidate) => candidate.table === table))
      for (const values of rows) {
        const row = Object.fromEntries(columns.map((name, index) => [properties.get(name) ?? name, values[index]]));
        const ciphertext = String(row[column.property]);
        if (ciphertext !== "") await encryptor.decrypt(column.associatedData(row), ciphertext).catch(explainKeys);
      }
}

function explainKeys(cause: unknown): never {
  const { cause: reason } = cause as { cause?: Error };
  throw new Error(
    `The master keys do not decrypt this backup (${reason?.message ?? "unknown reason"}); nothing was changed. Set MASTER_KEYS as it was when the backup was written`,
    { cause },
  );
}

/** In development the key is a file, which must be the one of the backup: a new one could not decrypt it. */
function existingMasterKeys(environment: Environment) {
  const file = join(environment.DATA_DIR, "master.key");
  if (!environment.MASTER_KEYS && !existsSync(file))
    throw new Error(`Set MASTER_KEYS, or copy the master key of the backup to ${file}; nothing was changed`);
  return loadMasterKeys(environment);
}

const tableNames = ({ readManager }: Database) => entities.map((entity) => readManager.dataSource.getMetadata(entity).tableName);
const sqliteFile = (url: string) => (url.startsWith("sqlite:") ? resolve(url.slice("sqlite:".length)) : undefined);

function databaseName(url: string): string {
  const file = sqliteFile(url);
  return file ? basename(file) : decodeURIComponent(new URL(url).pathname.slice(1));
}
