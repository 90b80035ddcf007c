import { Command, CommanderError } from "commander";
import { addApplicationCommands } from "./application.commands.js";
import { addApplicationKeyCommands } from "./application-key.commands.js";
import { addAuditCommands } from "./audit.commands.js";
import { addDatabaseCommands } from "./database.commands.js";
import { addDeliveryCommands } from "./delivery.commands.js";
import { addDeveloperCommands } from "./developer.commands.js";
import { addDoctorCommand } from "./doctor.command.js";
import type { CommandHost } from "./host.js";
import { addKeyCommands } from "./key.commands.js";
import { addMessageCommands } from "./message.commands.js";
import { addSecretsCommand } from "./secrets.command.js";
import { addUserCommands } from "./user.commands.js";

export type { CommandHost, Finding, RestoredBackup, RestoreOptions, WrittenBackup } from "./host.js";

/**
 * Runs one command. Results go to stdout, everything else to stderr.
 * @throws Error with a message for the operator; the process then exits with 1
 */
export async function runCommand(argv: readonly string[], host: CommandHost): Promise<void> {
  const program = new Command("latchkey")
    .description("Latchkey, a GraphQL authentication gateway. Starts the server when no command is given.")
    .exitOverride()
    .configureOutput({ writeErr: (text) => process.stderr.write(text) });
  program.command("serve").description("start the server (default)");
  addApplicationCommands(program, host);
  addDeveloperCommands(program, host);
  addKeyCommands(program, host);
  addApplicationKeyCommands(program, host);
  addMessageCommands(program, host);
  addUserCommands(program, host);
  addAuditCommands(program, host);
  addDeliveryCommands(program, host);
  addDatabaseCommands(program, host);
  addSecretsCommand(program);
  addDoctorCommand(program, host);
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    // Commander has printed its own message.
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode;
  }
}
