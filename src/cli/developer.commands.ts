import type { Command } from "commander";
import { RESERVED_APPLICATION_ID } from "../domain/applications/index.js";
import { inApplication } from "../domain/request-context.js";
import { canonicalEmail } from "../domain/users/index.js";
import { randomId } from "../platform/crypto/index.js";
import { isUniqueViolation } from "../platform/database/index.js";
import { type CommandHost, JSON_OPTION, type OutputOptions, operator, print } from "./host.js";

export function addDeveloperCommands(program: Command, host: CommandHost): void {
  program
    .command("developer")
    .description("manage developers")
    .command("create")
    .description("create a developer account; it has no password until the developer sets one")
    .requiredOption("--email <email>", "email address of the developer")
    .option(...JSON_OPTION)
    .action(create.bind(null, host));
}

async function create(host: CommandHost, { email: emailAsTyped, json }: OutputOptions & { email: string }): Promise<void> {
  const email = canonicalEmail(emailAsTyped);
  if (!email) throw new Error(`Not an email address: ${emailAsTyped}`);
  const developer = await host.withServices(async ({ users, audit, database, clock }) => {
    try {
      return await database.transaction(async (tx) => {
        const userData = { id: randomId(), email, emailAsTyped, password: null, metadata: {}, locale: "en", createdAt: clock.now() };
        const user = await users.insert(tx, { ...userData, applicationId: RESERVED_APPLICATION_ID });
        await audit.success(inApplication(operator, { id: RESERVED_APPLICATION_ID }), "DEVELOPER_CREATED");
        return user;
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new Error(`Developer already exists: ${email}`, { cause: error });
    }
  });
  print({ id: developer.id, email }, json);
}
