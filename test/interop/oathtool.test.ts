import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { gatewayForFile } from "../support/gateway.js";
import { signUpPerson } from "../support/people.js";
import { beginLogIn, completeLogIn, confirmTotp, enrollTotp } from "../support/second-factor.js";

const gateway = gatewayForFile();
/** The code OATH Toolkit shows for a secret at the gateway's time. */
const oathtool = (secret: string) =>
  execFileSync("oathtool", ["--totp", "--base32", "--now", `@${Math.floor(gateway.clock.now().getTime() / 1000)}`, secret], {
    encoding: "utf8",
  }).trim();

describe("oathtool", () => {
  it("codes of OATH Toolkit - confirm and log in - are accepted", async () => {
    const application = await gateway.createApplication("Blue Heron", "secondFactor.mode=google");
    const person = await signUpPerson(gateway, application);
    const { secret } = await enrollTotp(gateway, person.client);
    expect((await confirmTotp(person.client, oathtool(secret))).__typename).toBe("SecondFactorEnabled");
    gateway.clock.move({ seconds: 30 });
    const token = await beginLogIn(application.client, person.email);
    expect((await completeLogIn(application.client, token, { code: oathtool(secret) })).__typename).toBe("LoggedIn");
  });
});
