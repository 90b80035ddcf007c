import { beforeAll } from "vitest";
import { gatewayForFile, type TestApplication } from "./gateway.js";
import { logIn } from "./people.js";

/** A gateway with one application, and helpers that exhaust rate limits. */
export function rateLimitFixture() {
  const gateway = gatewayForFile();
  let application: TestApplication;
  beforeAll(async () => {
    application = await gateway.createApplication();
  });
  return {
    gateway,
    get application(): TestApplication {
      return application;
    },
    clientFrom: (address: string) => application.client.with({ address }),
    guessPassword: (client = application.client, email: string) => logIn(client, email, "certainly not the password"),
    repeat: async (count: number, work: (index: number) => Promise<unknown>) => {
      for (let index = 0; index < count; index++) await work(index);
    },
  };
}
