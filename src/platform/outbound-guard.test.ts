import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { OutboundGuard } from "./outbound-guard.js";

/** The result of a lookup for a connection: addresses, or the code of the error. */
async function lookupResult(guard: OutboundGuard, hostname: string, port = 443): Promise<unknown> {
  try {
    const lookup = guard.lookupFor(hostname, port);
    return await new Promise((done) => lookup(hostname, { all: true }, (error, found) => done(error?.code ?? found)));
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

describe("outbound guard", () => {
  it.each([
    ...[
      "127.0.0.1",
      "10.1.2.3",
      "172.31.255.255",
      "192.168.0.1",
      "169.254.169.254",
      "100.64.0.1",
      "0.0.0.0",
      "224.0.0.1",
      "255.255.255.255",
    ],
    ...[
      "::1",
      "::",
      "fe80::1",
      "fc00::1",
      "fd12::1",
      "ff02::1",
      "::ffff:127.0.0.1",
      "::ffff:169.254.169.254",
      "64:ff9b::7f00:1",
      "2002:7f00:1::",
    ],
  ])("TN-15 address - %s - is refused", async (address) => {
    expect(await lookupResult(new OutboundGuard([]), address)).toBe("EOUTBOUND");
  });

  it("TN-16 name - one that leads to this machine - is refused whatever it is called", async () => {
    expect(await lookupResult(new OutboundGuard([]), "localhost")).toBe("EOUTBOUND");
  });

  it("place - on the list with its port - is let through, and no other port of it", async () => {
    const server = createServer((_request, response) => response.end("here"));
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    const guard = new OutboundGuard([`localhost:${port}`]);
    expect(await lookupResult(guard, "localhost", port)).toContainEqual({ address: "127.0.0.1", family: 4 });
    expect(await lookupResult(guard, "localhost", port + 1)).toBe("EOUTBOUND");
    server.close();
  });

  it.each(["1.1.1.1", "2606:4700:4700::1111"])("address - %s, a public one - needs no look-up and is let through", (address) => {
    expect(() => new OutboundGuard([]).lookupFor(address, 443)).not.toThrow();
  });
});
