import { describe, expect, it } from "vitest";
import { networkOf, siteOf } from "./network.js";
import { codeKeys, logInKeys, networkFailureKeys } from "./rate-limit-keys.js";

const clientAt = (address: string | null) => ({ address, userAgent: null });

describe("networks", () => {
  it.each<[string | null, string, string | null]>([
    ["192.0.2.1", "192.0.2.1", null],
    ["127.0.0.1", "127.0.0.1", null],
    [null, "none", null],
    ["2001:db8:1:2::1", "2001:db8:1:2", "2001:db8:1"],
    ["2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2", "2001:db8:1"],
    ["2001:0db8:0001:0002::1", "2001:db8:1:2", "2001:db8:1"],
    ["2001:db8::1", "2001:db8:0:0", "2001:db8:0"],
    ["::1", "0:0:0:0", "0:0:0"],
    ["::", "0:0:0:0", "0:0:0"],
    ["1::", "1:0:0:0", "1:0:0"],
    ["64:ff9b::192.0.2.1", "64:ff9b:0:0", "64:ff9b:0"],
  ])("address %s - is counted as network %s and site %s", (address, network, site) => {
    expect([networkOf(address), siteOf(address)]).toEqual([network, site]);
  });
});

describe("failures of a network", () => {
  it.each([
    "192.0.2.1",
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "169.254.1.1",
    "::1",
    "fe80::1",
    "fd00::1",
    "::ffff:127.0.0.1",
    null,
  ])("address %s - failures - are counted, also of loopback and private networks", (address) => {
    const limits = networkFailureKeys(clientAt(address)).map(({ limit }) => limit);
    const ofSite = address?.includes(":") ? ["failuresFromSite"] : [];
    expect(limits).toEqual(["failuresFromNetwork", "failuresFromNetworkHourly", ...ofSite]);
    expect(logInKeys("app", "a@mail.example", clientAt(address)).map(({ limit }) => limit)).toContain("logInFromNetwork");
  });
});

describe("codes", () => {
  const purpose = { applicationId: "app", purpose: "SIGN_UP", binding: "a@mail.example" };
  it.each<[string | null, string]>([
    [null, "codesOfStrangers"],
    ["hash", "codesOfTicket"],
  ])("ticket %s - a code - is counted by %s, the account, the application and the network", (ticket, first) => {
    expect(codeKeys(purpose, ticket, clientAt("192.0.2.1")).map(({ limit }) => limit)).toEqual([
      first,
      "codesOfAccount",
      "codesOfApplication",
      "failuresFromNetwork",
      "failuresFromNetworkHourly",
    ]);
  });
});
