import { copyFileSync, existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { Services } from "../app/services.js";
import type { CommandHost } from "./host.js";
import { dumpMysql, restoreMysql } from "./mysql-tools.js";

export function addDatabaseCommands(program: Command, host: CommandHost): void {
  program
    .command("migrate")
    .description("bring the database up to date, then leave (serving does this too)")
    .action(migrate.bind(null, host));
  program
    .command("backup <file>")
    .description("write a consistent copy of the database while the gateway runs")
    .action(backup.bind(null, host));
  program
    .command("restore <file>")
    .description("put a backup into an empty database, and void every code and session in it")
    .action(restore.bind(null, host));
  program
    .command("after-restore")
    .description("void every code, session and waiting message of a database restored by other means")
    .option("--yes", "do it")
    .action(afterRestore.bind(null, host));
}

/** Opening the database migrates it. */
async function migrate(host: CommandHost): Promise<void> {
  const label = await host.withServices(async ({ database }) => database.label);
  process.stderr.write(`${label} is up to date\n`);
}

async function backup(host: CommandHost, file: string): Promise<void> {
  const { DATABASE_URL: url } = host.environment();
  if (existsSync(file)) throw new Error(`${file} is there already`);
  if (url.startsWith("mysql:")) await dumpMysql(url, file, host.searchPath);
  else await host.withServices(({ database }) => database.backup(file));
  process.stderr.write(`${file} is written. Keep it apart from the master key: without one it cannot be opened\n`);
}

async function restore(host: CommandHost, file: string): Promise<void> {
  const { DATABASE_URL: url } = host.environment();
  if (!existsSync(file)) throw new Error(`There is no file ${file}`);
  if (url.startsWith("mysql:")) await restoreMysql(url, file, host.searchPath);
  else copySqlite(file, resolve(url.slice("sqlite:".length)));
  await host.withServices(invalidateRestoredData);
  process.stderr.write("Restored. Everybody logs in anew; codes sent before are void\n");
}

async function afterRestore(host: CommandHost, { yes }: { yes?: boolean }): Promise<void> {
  if (!yes) throw new Error("This ends every session and voids every code: say --yes");
  await host.withServices(invalidateRestoredData);
}

function copySqlite(file: string, target: string): void {
  if (existsSync(target) && statSync(target).size > 0) throw new Error(`${target} is not empty: stop the gateway and move it away first`);
  copyFileSync(file, target);
}

/** Codes, tickets, sessions and messages as of the backup may have been used or revoked since. Keys and users stay. */
async function invalidateRestoredData({ retentionPolicies, database, clock }: Services): Promise<void> {
  await database.transaction(async (tx) => {
    for (const policy of retentionPolicies) await policy.invalidateAfterRestore?.(tx, clock.now());
  });
}
