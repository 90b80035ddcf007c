import { type Command, Option } from "commander";
import { type Delivery, deliveryStatuses } from "../domain/messaging/index.js";
import { canonicalEmail, canonicalPhone } from "../domain/users/index.js";
import { type CommandHost, JSON_OPTION, type OutputOptions, operator, parseLimit, print, requireApplication } from "./host.js";

type StoredStatus = Exclude<Delivery["status"], "SENDING">;
interface ListOptions extends OutputOptions {
  readonly recipient?: string;
  readonly status?: StoredStatus;
  readonly limit: number;
}

export function addDeliveryCommands(program: Command, host: CommandHost): void {
  const group = program.command("deliveries").description("see what became of mails and text messages");
  group
    .command("list <applicationId>")
    .description("list messages of the last 30 days, newest first, with the reason of the last failure")
    .option("--recipient <address>", "messages to this whole address or phone number; recipients are shown masked")
    .addOption(
      new Option("--status <status>", "only messages of this status").choices(deliveryStatuses.filter((name) => name !== "SENDING")),
    )
    .option("--limit <count>", "at most this many messages", parseLimit, 50)
    .option(...JSON_OPTION)
    .action(list.bind(null, host));
  group
    .command("retry <applicationId> <deliveryId>")
    .description("send a failed message again, unless it has expired or a newer one has taken its place")
    .option(...JSON_OPTION)
    .action(retry.bind(null, host));
}

async function list(host: CommandHost, applicationId: string, { json, recipient, status, limit }: ListOptions): Promise<void> {
  if (recipient !== undefined && !canonicalEmail(recipient) && !canonicalPhone(recipient))
    throw new Error(`Neither an email address nor a phone number such as +4915112345678: ${recipient}`);
  const filter = { ...(recipient === undefined ? {} : { recipient }), ...(status === undefined ? {} : { status }) };
  const deliveries = await host.withServices(async (services) => {
    await requireApplication(services, applicationId);
    return await services.deliveries.list({ applicationId, limit, ...filter });
  });
  print(deliveries.map(toRow), json);
}

async function retry(host: CommandHost, applicationId: string, id: string, { json }: OutputOptions): Promise<void> {
  const outcome = await host.withServices(({ deliveries }) => deliveries.retry(operator, applicationId, id));
  if (outcome === "not-found") throw new Error(`Delivery not found: ${id}`);
  if (outcome === "not-retryable")
    throw new Error("Only a failed message can be retried, before it expires and while no newer message has taken its place");
  print({ id, retried: true }, json);
}

const toRow = (delivery: Delivery) => {
  const { id, channel, template, recipient, status, attempts, createdAt, nextAttemptAt, finishedAt, expiresAt, failure } = delivery;
  return {
    ...{ id, channel, template, recipient, status, attempts, createdAt: createdAt.toISOString() },
    nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
    finishedAt: finishedAt?.toISOString() ?? null,
    ...{ expiresAt: expiresAt.toISOString(), failure },
  };
};
