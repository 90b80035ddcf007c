import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OutboundGuard } from "../../src/platform/outbound-guard.js";
import { hostileFixture } from "../support/hostile-fixture.js";
import { beginSignUp, uniqueEmail } from "../support/people.js";

// No host:port is allowed here; deliveries to loopback are tested elsewhere.
const fixture = hostileFixture();
let listener: Server;
let connections = 0;
let port = 0;
beforeAll(async () => {
  listener = createServer((socket) => {
    connections++;
    socket.on("error", () => {}).end("220 inside\r\n");
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  port = (listener.address() as { port: number }).port;
});
afterAll(async () => {
  await new Promise((resolve) => listener.close(resolve));
});

describe("developers' mail servers (TN-15)", () => {
  it.each([
    "smtp://127.0.0.1:PORT",
    "smtps://127.0.0.1:PORT",
    "smtp://localhost:PORT",
    "smtp://[::1]:PORT",
    "smtp://[::ffff:127.0.0.1]:PORT",
    "smtp://0x7f000001:PORT",
    "smtp://2130706433:PORT",
    "smtp://127.1:PORT",
    "smtp://0.0.0.0:PORT",
    "smtp://127.0.0.1",
    "smtp://localhost:587",
    "smtp://0x7f000001:25",
    "smtp://169.254.169.254:25",
    "smtp://10.0.0.1:587",
    "smtp://[fd00::1]:587",
    "smtp://[fe80::1]:25",
    "smtp://203.0.113.7:22",
    "smtp://198.51.100.7:6379",
  ])("TN-15 sign up - the server %s - is never connected to, and the delivery record reveals nothing about it", async (pattern) => {
    const url = pattern.replace("PORT", String(port));
    const application = await fixture.gateway.createApplication("Prober", `mail.smtpUrl=${url}`, "mail.from=a@app.example");
    await beginSignUp(application.client, uniqueEmail("probed-"));
    const sql = "SELECT attempts, last_failure FROM outbox_messages WHERE application_id = ?";
    await expect
      .poll(() => fixture.gateway.query(sql, [application.id]), { timeout: 20_000 })
      .toEqual([{ attempts: 1, last_failure: "EOUTBOUND" }]);
    expect(connections).toBe(0);
    expect(fixture.gateway.logs.join("")).not.toContain(new URL(url).host);
  });

  it("TN-16 host name - public address first, private address later - is checked at every connection", async () => {
    const guard = new OutboundGuard([]);
    const lookUp = (name: string) =>
      new Promise<string>((resolve) => {
        guard.lookupFor(name, 587)(name, { all: false }, (error, address) => resolve(error ? String(error) : String(address)));
      });
    // The guard's answer is the address the socket takes: there is no second look-up in between.
    expect(await lookUp("localhost")).toMatch(/blocked addresses/);
    expect(await lookUp("8.8.8.8")).toBe("8.8.8.8");
  });

  it("TN-16 ports - mail submission ports - are open, others are closed", () => {
    const guard = new OutboundGuard(["mail.internal:2526"]);
    const ports = new Set([25, 587]);
    expect(() => guard.lookupFor("mail.example", 587, ports)).not.toThrow();
    expect(() => guard.lookupFor("mail.example", 2526, ports)).toThrow(/port not allowed/);
    expect(() => guard.lookupFor("mail.internal", 2526, ports)).not.toThrow();
  });
});
