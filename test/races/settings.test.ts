import { describe, expect, it } from "vitest";
import { raceFixture, rounds } from "../support/race-fixture.js";

const fixture = raceFixture();

describe("settings", () => {
  const changes =
    'general.realmAppId=myapp-abcde general.name=Renamed signUp.codeMinutes=7 signUp.linkHours=5 signUp.maximumUsers=9 password.minimumLength=12 password.resetCodeMinutes=11 password.minimumUpper=1 password.minimumLower=1 password.minimumDigit=1 password.minimumSpecial=1 token.lifetimeMinutes=33 token.includeEmail=false token.sendKeyId=false token.audience=["one"] session.sessionTokenMinutes=6 session.idleDays=3 session.absoluteDays=8 links.origins=["https://app.example"] locales.supported=["en","fr"]'.split(
      " ",
    );

  it.each(rounds)("settings - changes of different fields at once, round %i - none is lost", async () => {
    const own = await fixture.gatewayA.createApplication("Changed");
    await Promise.all(
      changes.map((change, index) => ([fixture.gatewayA, fixture.gatewayB][index % 2] ?? fixture.gatewayA).configure(own.id, change)),
    );
    const found = await fixture.gatewayA.services.applicationRegistry.find(own.id);
    expect(found?.settingsVersion).toBe(1 + changes.length);
    const settings = found?.settings as unknown as Record<string, Record<string, unknown>>;
    const stored = changes.map((change) => {
      const [, group = "", field = ""] = /^(\w+)\.(\w+)=/.exec(change) ?? [];
      const value = settings[group]?.[field];
      return `${group}.${field}=${typeof value === "string" ? value : JSON.stringify(value)}`;
    });
    expect(stored).toEqual(changes);
  });
});
