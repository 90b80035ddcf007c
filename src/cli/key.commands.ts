import type { Command } from "commander";
import type { PublishedKey } from "../domain/jwt/index.js";
import { inApplication } from "../domain/request-context.js";
import { type CommandHost, JSON_OPTION, type OutputOptions, operator, print, withCacheExpiry } from "./host.js";

export function addKeyCommands(program: Command, host: CommandHost): void {
  const group = program.command("keys").description("manage the signing keys of applications");
  group
    .command("list <applicationId>")
    .description("list the published keys")
    .option(...JSON_OPTION)
    .action(list.bind(null, host));
  group
    .command("revoke <applicationId> <kid>")
    .description("revoke a compromised key immediately; verifiers reject its tokens once they refetch the key set")
    .option(...JSON_OPTION)
    .action(revoke.bind(null, host));
  group
    .command("rotate <applicationId>")
    .description("promote the next key to current; the previous one stays published until its tokens have expired")
    .option(...JSON_OPTION)
    .action(rotate.bind(null, host));
}

async function rotate(host: CommandHost, applicationId: string, { json }: OutputOptions): Promise<void> {
  const rows = await withCacheExpiry(host, async ({ signingKeys, audit, database }) => {
    await database.transaction(async () => {
      const kid = await signingKeys.rotate(applicationId);
      await audit.success(inApplication(operator, { id: applicationId }), "SIGNING_KEY_ROTATED", { kid });
    });
    return await signingKeys.listPublished(applicationId);
  });
  printKeys(rows, json);
}

async function revoke(host: CommandHost, applicationId: string, kid: string, { json }: OutputOptions): Promise<void> {
  const rows = await withCacheExpiry(host, async ({ signingKeys, audit, database }) => {
    await database.transaction(async () => {
      const state = await signingKeys.revoke(applicationId, kid);
      await audit.success(inApplication(operator, { id: applicationId }), "SIGNING_KEY_REVOKED", { kid, state });
    });
    return await signingKeys.listPublished(applicationId);
  });
  printKeys(rows, json);
}

async function list(host: CommandHost, applicationId: string, { json }: OutputOptions): Promise<void> {
  printKeys(await host.withServices(({ signingKeys }) => signingKeys.listPublished(applicationId)), json);
}

function printKeys(rows: readonly PublishedKey[], json: boolean | undefined): void {
  print(
    rows.map(({ id: kid, state, createdAt }) => ({ kid, state, createdAt })),
    json,
  );
}
