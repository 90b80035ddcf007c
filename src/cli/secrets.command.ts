import type { Command } from "commander";
import { randomBytes, randomToken } from "../platform/crypto/index.js";

export function addSecretsCommand(program: Command): void {
  program
    .command("secrets")
    .description("make secrets of the gateway")
    .command("new")
    .description("print new secrets for production, as lines for a shell and for .env; nothing is stored")
    .option("--env-file", "as NAME=VALUE, for docker --env-file and systemd")
    .action(printSecrets);
}

/** The default lines have the same meaning in a shell and in `.env`. */
function printSecrets({ envFile }: { envFile?: boolean }): void {
  const secrets = { MASTER_KEYS: `k1:${randomBytes(32).toString("base64")}`, METRICS_TOKEN: randomToken() };
  for (const [name, value] of Object.entries(secrets)) process.stdout.write(envFile ? `${name}=${value}\n` : `export ${name}='${value}'\n`);
  process.stderr.write("Keep these values: every start needs the same MASTER_KEYS, and a backup cannot be restored without them\n");
}
