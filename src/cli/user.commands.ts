import type { Command } from "commander";
import type { Services } from "../app/services.js";
import { listWaits, type UserWait } from "../domain/account-operations/index.js";
import { rateLimits } from "../domain/rate-limiting/index.js";
import type { User } from "../domain/users/index.js";
import { type CommandHost, findUser, JSON_OPTION, type OutputOptions, print } from "./host.js";

export function addUserCommands(program: Command, host: CommandHost): void {
  program
    .command("users")
    .description("look up users of an application")
    .command("show <emailOrId>")
    .description("show status, second factors, sessions and waits of a user")
    .requiredOption("--application <id>", "the user's application")
    .option(...JSON_OPTION)
    .action(show.bind(null, host));
}

async function show(host: CommandHost, emailOrId: string, { json, application }: OutputOptions & { application: string }): Promise<void> {
  const shown = await host.withServices(async (services) => describe(services, await findUser(services, application, emailOrId)));
  print(shown, json);
}

async function describe(services: Services, user: User) {
  const { applicationId, id, email, phone, phoneVerifiedAt, status, locale, createdAt, lastLogInAt, password } = user;
  const [[secondFactors = []], [recoveryCodesLeft = 0], [sessions = []], waits] = await Promise.all([
    services.secondFactors.listByUsers(applicationId, [id]),
    services.recoveryCodes.countByUsers(applicationId, [id]),
    services.sessions.listByUsers(applicationId, [id]),
    listWaits(services, user),
  ]);
  return {
    ...{ id, email, phone, isPhoneVerified: phoneVerifiedAt !== null, status, locale },
    ...{ createdAt: createdAt.toISOString(), lastLogInAt: lastLogInAt?.toISOString() ?? null, hasPassword: password !== null },
    secondFactors: secondFactors.map(({ method, enrolledAt, lastUsedAt }) => ({
      ...{ method, enrolledAt: enrolledAt.toISOString(), lastUsedAt: lastUsedAt?.toISOString() ?? null },
    })),
    recoveryCodesLeft,
    sessions: sessions.map(({ id: sessionId, createdAt: openedAt, lastUsedAt, userAgent }) => ({
      ...{ id: sessionId, createdAt: openedAt.toISOString(), lastUsedAt: lastUsedAt.toISOString(), userAgent },
    })),
    waits: waits.map(describeWait),
  };
}

const describeWait = ({ subject, limit, endsAt }: UserWait) => ({
  ...{ subject, endsAt: endsAt.toISOString(), limit, description: rateLimits[limit].description },
});
