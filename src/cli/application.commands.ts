import type { Command } from "commander";
import type { Services } from "../app/services.js";
import { type Application, issuerOf, RESERVED_APPLICATION_ID } from "../domain/applications/index.js";
import { inApplication } from "../domain/request-context.js";
import { canonicalEmail } from "../domain/users/index.js";
import { ApplicationLifecycle, DEMO_APPLICATION_ID } from "../management/index.js";
import { type CommandHost, JSON_OPTION, type OutputOptions, operator, print, withCacheExpiry } from "./host.js";

const collect = (value: string, before: string[]) => [...before, value];

export function addApplicationCommands(program: Command, host: CommandHost): void {
  const group = program.command("application").description("create, show, update and delete applications");
  group
    .command("create")
    .description("create an application; its secret key is shown only once")
    .requiredOption("--name <name>", "display name, used in messages")
    .option("--owner <email>", "email address of the owning developer (default: the first developer)")
    .option("--set <group.field=value>", "setting to assign; repeatable", collect, [])
    .option(...JSON_OPTION)
    .action(create.bind(null, host));
  group
    .command("update <id>")
    .description("change settings; a running gateway applies them from the next request")
    .requiredOption("--set <group.field=value>", "setting to assign; repeatable", collect, [])
    .option(...JSON_OPTION)
    .action(update.bind(null, host));
  group
    .command("show <id>")
    .description("show an application and its settings")
    .option(...JSON_OPTION)
    .action(show.bind(null, host));
  group
    .command("list")
    .description("list applications")
    .option(...JSON_OPTION)
    .action(list.bind(null, host));
  group
    .command("delete <id>")
    .description("delete an application and all of its users")
    .option("--yes", "confirm the deletion")
    .action(removeApplication.bind(null, host));
  const demo = program.command("demo").description("manage the Demo application");
  demo
    .command("remove")
    .description("remove the Demo application (set DEMO=0 to keep the next start from creating it again)")
    .action(removeDemo.bind(null, host));
}

async function create(
  host: CommandHost,
  { name, owner, set, json }: OutputOptions & { name: string; owner?: string; set: string[] },
): Promise<void> {
  const result = await host.withServices(async (services) => {
    const ownerId = await findOwner(services, owner);
    // Name, keys and settings are committed together.
    return await services.database.transaction(async () => {
      const { application, secretKey } = await new ApplicationLifecycle(services).create(operator, { name, ownerId });
      if (set.length > 0) await services.applicationRegistry.update(application.id, set);
      return { id: application.id, appKey: application.appKey, secretKey };
    });
  });
  print(result, json);
}

async function update(host: CommandHost, id: string, { set, json }: OutputOptions & { set: string[] }): Promise<void> {
  const application = await withCacheExpiry(host, async (services) => {
    return await services.database.transaction(async () => {
      const updated = await services.applicationRegistry.update(id, set);
      const settings = set.map((assignment) => assignment.split("=")[0] ?? "");
      if (updated) await services.audit.success(inApplication(operator, { id }), "SETTINGS_CHANGED", { settings });
      return updated;
    });
  });
  print(summary(requireFound(application, id)), json);
}

async function show(host: CommandHost, id: string, { json }: OutputOptions): Promise<void> {
  const shown = await host.withServices(async (services) => {
    const application = requireFound(await services.applicationRegistry.find(id), id);
    const keys = (await services.signingKeys.listPublished(id)).map(({ id: kid, state, createdAt }) => ({ kid, state, createdAt }));
    return { ...summary(application), issuer: issuerOf(services.publicUrl, id), keys };
  });
  print(shown, json);
}

async function list(host: CommandHost, { json }: OutputOptions): Promise<void> {
  const applications = await host.withServices((services) => services.applicationRegistry.list(10_000));
  const rows = applications.map(({ id, appKey, settings }) => ({
    id,
    name: settings.general.name,
    status: settings.general.status,
    appKey,
  }));
  print(rows, json);
}

async function removeApplication(host: CommandHost, id: string, { yes }: { yes?: boolean }): Promise<void> {
  if (!yes) throw new Error("This permanently deletes the application and all of its users; pass --yes to confirm");
  await host.withServices(async (services) => requireFound((await new ApplicationLifecycle(services).delete(operator, id)) || null, id));
}

async function removeDemo(host: CommandHost): Promise<void> {
  await host.withServices((services) => new ApplicationLifecycle(services).delete(operator, DEMO_APPLICATION_ID));
}

async function findOwner({ users }: Services, email: string | undefined): Promise<string | null> {
  if (email === undefined) return (await users.findFirst(RESERVED_APPLICATION_ID))?.id ?? null;
  const canonical = canonicalEmail(email);
  const developer = canonical && (await users.findByHandle(RESERVED_APPLICATION_ID, canonical));
  if (!developer) throw new Error(`Developer not found: ${email}. Create one with developer create --email`);
  return developer.id;
}

function requireFound<T>(found: T | null, id: string): T {
  if (found === null) throw new Error(`Application not found: ${id}`);
  return found;
}

const summary = ({ id, appKey, settings, settingsVersion, createdAt }: Application) => ({
  id,
  appKey,
  settingsVersion,
  createdAt,
  settings,
});
