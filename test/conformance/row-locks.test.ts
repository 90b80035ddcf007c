import { beforeAll, describe, expect, it } from "vitest";
import type { User } from "../../src/domain/users/index.js";
import type { Transaction } from "../../src/platform/database/index.js";
import { gatewayForFile, type TestApplication } from "../support/gateway.js";
import { signUpPerson } from "../support/people.js";

const gateway = gatewayForFile();
let application: TestApplication;
beforeAll(async () => {
  application = await gateway.createApplication();
});

const locks: Readonly<Record<string, (tx: Transaction, user: User) => Promise<unknown>>> = {
  lock: (tx, { applicationId, id }) => gateway.services.users.lock(tx, applicationId, id),
  lockActive: (tx, user) => gateway.services.users.lockActive(tx, user),
  lockIfUnchanged: (tx, user) => gateway.services.users.lockIfUnchanged(tx, user),
};

describe("locks of a user's row", () => {
  it.each(Object.keys(locks))("G-01 %s - taken twice - changes the row each time, so that clusters certify it", async (name) => {
    const { tokens } = await signUpPerson(gateway, application);
    const user = await gateway.services.users.findById(application.id, tokens.user.id);
    if (!user) throw new Error("The user has not been created");
    const readVersion = async () =>
      (await gateway.query<{ version: number }>("SELECT lock_version AS version FROM users WHERE id = ?", [user.id]))[0]?.version ?? -1;
    const before = await readVersion();
    for (let time = 0; time < 2; time++)
      expect(await gateway.services.database.transaction(async (tx) => locks[name]?.(tx, user))).toBeTruthy();
    expect(await readVersion()).toBe(before + 2);
  });
});
