import { copyFileSync, existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { Services } from "../app/services.js";
import { invalidateAfterRestore } from "../platform/database/index.js";
import type { CommandHost } from "./host.js";
import { dumpMysql, restoreMysql } from "./mysql-tools.js";

export function addDatabaseCommands(program: Command, host: CommandHost): void {
  program.command("migrate").description("run pending migrations and exit (serve runs them too)").action(migrate.bind(null, host));
  program.command("backup <file>").description("write a consistent backup; the gateway can keep running").action(backup.bind(null, host));
  program
    .command("restore <file>")
    .description("restore a backup into an empty database and invalidate its codes, sessions and queued messages")
    .action(restore.bind(null, host));
  program
    .command("after-restore")
    .description("invalidate codes, sessions and queued messages of a database restored by other tools")
    .option("--yes", "confirm the invalidation")
    .action(afterRestore.bind(null, host));
}

/** Opening the database runs pending migrations. */
async function migrate(host: CommandHost): Promise<void> {
  const label = await host.withServices(async ({ database }) => database.label);
  process.stderr.write(`Migrations of ${label} are up to date\n`);
}

async function backup(host: CommandHost, file: string): Promise<void> {
  const { DATABASE_URL: url } = host.environment();
  if (existsSync(file)) throw new Error(`File already exists: ${file}`);
  if (url.startsWith("mysql:")) await dumpMysql(url, file, host.searchPath);
  else await host.withServices(({ database }) => database.backup(file));
  process.stderr.write(`Backup written to ${file}. Store it apart from the master key; it cannot be decrypted without that key\n`);
}

async function restore(host: CommandHost, file: string): Promise<void> {
  const { DATABASE_URL: url } = host.environment();
  if (!existsSync(file)) throw new Error(`File not found: ${file}`);
  if (url.startsWith("mysql:")) await restoreMysql(url, file, host.searchPath);
  else copySqlite(file, resolve(url.slice("sqlite:".length)));
  await host.withServices(invalidateRestoredData);
  process.stderr.write("Restore complete. All sessions and codes were invalidated\n");
}

async function afterRestore(host: CommandHost, { yes }: { yes?: boolean }): Promise<void> {
  if (!yes) throw new Error("This ends every session and invalidates every code; pass --yes to confirm");
  await host.withServices(invalidateRestoredData);
}

function copySqlite(file: string, target: string): void {
  if (existsSync(target) && statSync(target).size > 0) throw new Error(`${target} is not empty: stop the gateway and move the file first`);
  copyFileSync(file, target);
}

/** Codes, tickets, sessions and messages as of the backup may have been used or revoked since. Keys and users stay. */
async function invalidateRestoredData({ retentionRules, database, clock }: Services): Promise<void> {
  await database.transaction((tx) => invalidateAfterRestore(tx, retentionRules, clock.now()));
}
