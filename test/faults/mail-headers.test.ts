import { networkInterfaces } from "node:os";
import { expect, it } from "vitest";
import { NodemailerMailer } from "../../src/domain/messaging/mailer.nodemailer.js";
import { OutboundGuard } from "../../src/platform/outbound-guard.js";
import { gatewayForFile } from "../support/gateway.js";
import { MailServer } from "../support/mail-server.js";
import { beginSignUp, uniqueEmail } from "../support/people.js";

const gateway = gatewayForFile();
const mail = {
  ...{ messageId: "<one@latchkey.example>", applicationId: "a", from: { name: "", address: "from@mail.example" }, to: "to@mail.example" },
  ...{ replyTo: "", subject: "subject", text: "text", html: "<p>text</p>" },
};

it("mail - to the gateway's mail server - says that it is automatic and wants no automatic reply (B-16)", async () => {
  const email = uniqueEmail();
  await beginSignUp((await gateway.createApplication()).client, email);
  const { raw } = await gateway.mails.next(email);
  expect(raw).toMatch(/^Auto-Submitted: auto-generated\r?$/m);
  expect(raw).toMatch(/^X-Auto-Response-Suppress: All\r?$/m);
});

it("mail - relay without TLS at an address of the network - is accepted for SMTP_URL only when it is listed", async () => {
  const host = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ internal, family }) => !internal && family === "IPv4")?.address;
  if (!host) throw new Error("This machine has no network address");
  const mails = await MailServer.start(0, host);
  const port = Number(new URL(mails.url).port);
  const url = `smtp://${host}:${port}`;
  const send = async (mailer: NodemailerMailer) => {
    try {
      await mailer.send(mail);
      return "sent";
    } catch (error) {
      return (error as { code?: string }).code;
    } finally {
      await mailer.close();
    }
  };
  try {
    expect(await send(new NodemailerMailer(url))).toBe("ETLS");
    expect(await send(new NodemailerMailer(url, { plaintextHosts: ["other.example"] }))).toBe("ETLS");
    expect(await send(new NodemailerMailer(url, { guard: new OutboundGuard([`${host}:${port}`]) }))).toBe("ETLS");
    const listed = new NodemailerMailer(url, { plaintextHosts: [host] });
    expect([listed.isPlaintextToNetwork, await send(listed)]).toEqual([true, "sent"]);
  } finally {
    await mails.stop();
  }
});
