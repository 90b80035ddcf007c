import type { Command } from "commander";
import { DEVELOPERS_TENANT } from "../applications/index.js";
import { randomId } from "../crypto/index.js";
import { isUniqueViolation } from "../database/index.js";
import { canonicalEmail } from "../users/index.js";
import { print, withNouns } from "./foundation.js";

export function addDeveloperCommands(program: Command): void {
  program
    .command("developer")
    .description("people who manage applications")
    .command("create")
    .description("make a developer; without a password until they set one")
    .requiredOption("--email <email>", "their address")
    .option("--json", "print JSON, and nothing else, to stdout")
    .action(create);
}

async function create({ email: typed, json }: { email: string; json?: boolean }): Promise<void> {
  const email = canonicalEmail(typed);
  if (!email) throw new Error(`${typed} is not an address`);
  const developer = await withNouns(async ({ users, audit, database, clock }) => {
    try {
      return await database.transaction(async () => {
        const person = { id: randomId(), email, emailAsTyped: typed, password: null, metadata: {}, locale: "en", createdAt: clock.now() };
        const user = await users.insert({ ...person, applicationId: DEVELOPERS_TENANT });
        await audit.record({ applicationId: DEVELOPERS_TENANT, event: "DEVELOPER_CREATED", outcome: "SUCCESS", actor: "operator" });
        return user;
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new Error(`There is a developer ${email} already`, { cause: error });
    }
  });
  print({ id: developer.id, email }, json);
}
