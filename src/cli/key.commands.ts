import type { Command } from "commander";
import type { Services } from "../app/services.js";
import { KeyManagement } from "../management/index.js";
import { type CommandHost, JSON_OPTION, type OutputOptions, operator, print, requireApplication, withCacheExpiry } from "./host.js";

interface ListOptions extends OutputOptions {
  readonly pem?: boolean;
}

export function addKeyCommands(program: Command, host: CommandHost): void {
  const group = program.command("keys").description("manage the signing keys of applications");
  group
    .command("list <applicationId>")
    .description("list the published keys")
    .option("--pem", "also print the public keys as PEM, for verifiers with a manually installed key")
    .option(...JSON_OPTION)
    .action(list.bind(null, host));
  group
    .command("revoke <applicationId> <kid>")
    .description("revoke a compromised key immediately; verifiers that have cached it accept its tokens until these expire")
    .option(...JSON_OPTION)
    .action(revoke.bind(null, host));
  group
    .command("rotate <applicationId>")
    .description("promote the next key to current; the previous one stays published until its tokens have expired")
    .option("--yes", "confirm a rotation after which verifiers with a manually installed key must be changed")
    .option(...JSON_OPTION)
    .action(rotate.bind(null, host));
}

async function rotate(host: CommandHost, applicationId: string, { json, yes }: OutputOptions & { yes?: boolean }): Promise<void> {
  const rows = await withCacheExpiry(host, async (services) => {
    const application = await requireApplication(services, applicationId);
    const outcome = await new KeyManagement(services).rotateSigningKey(operator, application, yes === true);
    if (outcome.kind === "confirmation-required") throw new Error(`${outcome.consequences.join(" ")} Pass --yes to rotate`);
    return await listKeys(services, applicationId, {});
  });
  print(rows, json);
}

async function revoke(host: CommandHost, applicationId: string, kid: string, { json }: OutputOptions): Promise<void> {
  const rows = await withCacheExpiry(host, async (services) => {
    await new KeyManagement(services).revokeSigningKey(operator, applicationId, kid);
    return await listKeys(services, applicationId, {});
  });
  print(rows, json);
}

async function list(host: CommandHost, applicationId: string, { json, pem }: ListOptions): Promise<void> {
  print(await host.withServices((services) => listKeys(services, applicationId, { pem })), json);
}

async function listKeys({ signingKeys, signingKeyFetches }: Services, applicationId: string, { pem }: { pem?: boolean | undefined }) {
  const fetchDays = await signingKeyFetches.findLastDays(applicationId);
  return (await signingKeys.listPublished(applicationId)).map(({ id: kid, state, createdAt, publicKeyPem }) => ({
    ...{ kid, state, createdAt: createdAt.toISOString(), pemLastFetchedOn: fetchDays.get(kid) ?? null },
    ...(pem ? { publicKeyPem } : {}),
  }));
}
