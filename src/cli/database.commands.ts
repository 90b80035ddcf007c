import { existsSync } from "node:fs";
import type { Command } from "commander";
import type { CommandHost, CompletionOptions, RestoreOptions } from "./host.js";

const KEEP_KEYS = ["--keep-keys", "keep the signing keys of the backup, although some may have been revoked since"] as const;

export function addDatabaseCommands(program: Command, host: CommandHost): void {
  program.command("migrate").description("run pending migrations and exit (serve runs them too)").action(migrate.bind(null, host));
  program.command("backup <file>").description("write a consistent backup; the gateway can keep running").action(backup.bind(null, host));
  program
    .command("restore <file>")
    .description("restore a backup into an empty database, invalidate its sessions and codes and replace signing keys")
    .option("--replace <name>", "delete what Latchkey has stored in the database; its name confirms that")
    .option(...KEEP_KEYS)
    .action(restore.bind(null, host));
  program
    .command("after-restore")
    .description("invalidate sessions, codes and queued messages of a database restored by other tools and replace its signing keys")
    .option("--yes", "confirm the invalidation")
    .option(...KEEP_KEYS)
    .action(afterRestore.bind(null, host));
}

const say = (line: string) => void process.stderr.write(`${line}\n`);

/** Opening the database runs pending migrations. */
async function migrate(host: CommandHost): Promise<void> {
  const label = await host.withServices(async ({ database }) => database.label);
  say(`Migrations of ${label} are up to date`);
}

async function backup(host: CommandHost, file: string): Promise<void> {
  if (existsSync(file)) throw new Error(`File already exists: ${file}`);
  const { createdAt, rows } = await host.backup(file);
  say(`Backup of ${createdAt} with ${rows} rows written to ${file}. Store it apart from the master key; it cannot be decrypted without it`);
}

async function restore(host: CommandHost, file: string, options: RestoreOptions & CompletionOptions): Promise<void> {
  if (!existsSync(file)) throw new Error(`File not found: ${file}`);
  const { createdAt, rows, database } = await host.restore(file, options);
  say(`Backup of ${createdAt} with ${rows} rows loaded into ${database}`);
  await complete(host, options);
  say(`Users suspended, passwords reset and secret keys replaced after ${createdAt} are as they were then: repeat what you know of`);
}

async function afterRestore(host: CommandHost, { yes, ...options }: CompletionOptions & { yes?: boolean }): Promise<void> {
  if (!yes) throw new Error("This ends every session, invalidates every code and replaces the signing keys; pass --yes to confirm");
  await complete(host, options);
}

async function complete(host: CommandHost, options: CompletionOptions): Promise<void> {
  const replaced = await host.completeRestore(options);
  say("All sessions, codes, recovery codes, links and queued messages were invalidated");
  if (replaced.length === 0) return;
  say("New signing keys; install them where verifiers do not fetch the key set (keys list ID, public-key.pem), for the applications:");
  for (const id of replaced) say(id);
}
