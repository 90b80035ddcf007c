import { type Command, InvalidArgumentError, Option } from "commander";
import type { Services } from "../app/services.js";
import { type AuditEvent, auditEvents, type RecordedEvent } from "../domain/audit/index.js";
import { type CommandHost, findUser, JSON_OPTION, type OutputOptions, parseLimit, print } from "./host.js";

interface ListOptions extends OutputOptions {
  readonly application?: string;
  readonly user?: string;
  readonly event?: AuditEvent;
  readonly since?: Date;
  readonly limit: number;
}

export function addAuditCommands(program: Command, host: CommandHost): void {
  program
    .command("audit")
    .description("read the audit log")
    .command("list")
    .description("list events, newest first")
    .option("--application <id>", "events of this application, also of a deleted one (default: those that concern no single application)")
    .option("--user <email or id>", "events about this user; for a deleted one, the id")
    .addOption(new Option("--event <name>", "only this event").choices(auditEvents))
    .option("--since <time>", "only events at or after this time, e.g. 2026-11-28 or 2026-11-28T09:00:00Z", parseInstant)
    .option("--limit <count>", "at most this many events", parseLimit, 50)
    .option(...JSON_OPTION)
    .action(list.bind(null, host));
}

async function list(host: CommandHost, { json, application, user, event, since, limit }: ListOptions): Promise<void> {
  if (user !== undefined && application === undefined) throw new Error("--user requires --application");
  const events = await host.withServices(async (services) => {
    const userId = user === undefined || application === undefined ? undefined : await idOf(services, application, user);
    return await services.audit.list({
      limit,
      ...(application === undefined ? {} : { applicationId: application }),
      ...(userId === undefined ? {} : { userId }),
      ...(event === undefined ? {} : { event }),
      ...(since === undefined ? {} : { since }),
    });
  });
  print(events.map(toRow), json);
}

/** Events of deleted users are found by id. */
async function idOf(services: Services, applicationId: string, user: string): Promise<string> {
  return user.includes("@") ? (await findUser(services, applicationId, user)).id : user;
}

function parseInstant(text: string): Date {
  const instant = new Date(text);
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z)?$/.test(text) || Number.isNaN(instant.getTime()))
    throw new InvalidArgumentError("expected a date or a time in UTC (ISO 8601)");
  return instant;
}

const toRow = ({ createdAt, event, outcome, actor, userId, address, requestId, details }: RecordedEvent) => ({
  ...{ createdAt: createdAt.toISOString(), event, outcome },
  actor: actor.id === null ? actor.kind : `${actor.kind} ${actor.id}`,
  ...{ userId, address, requestId, details },
});
