import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

/** A mail as received by SMTP. */
export interface ReceivedMail {
  readonly to: string;
  readonly raw: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
}
/** How the server handles the next mails. `drop` closes the connection after the data, without a reply. */
export type MailServerBehaviour = "accept" | "refuse-temporarily" | "refuse-permanently" | "stall" | "drop";

const WAIT_TIMEOUT_MS = 15_000;

/** A real SMTP server on loopback that stores mails and can simulate failures. */
export class MailServer {
  readonly received: ReceivedMail[] = [];
  behaviour: MailServerBehaviour = "accept";
  /** Delivery attempts, successful or not. */
  deliveryAttempts = 0;
  private readonly listeners = new Set<() => void>();
  private readonly readCounts = new Map<string, number>();

  private constructor(private readonly server: SMTPServer) {}

  static async start(port = 0, host = "127.0.0.1"): Promise<MailServer> {
    const server: SMTPServer = new SMTPServer({
      disabledCommands: ["AUTH", "STARTTLS"],
      onRcptTo: (_address, _session, done) => {
        if (mails.behaviour === "refuse-permanently") done(Object.assign(new Error("no such mailbox"), { responseCode: 550 }));
        else if (mails.behaviour === "refuse-temporarily") done(Object.assign(new Error("try later"), { responseCode: 451 }));
        else done();
      },
      onData: (stream, session, done) => {
        let raw = "";
        stream.on("data", (chunk: Buffer) => {
          raw += chunk.toString("utf8");
        });
        stream.on("end", () => mails.accept(raw, session.envelope.rcptTo[0]?.address ?? "", done));
      },
    });
    server.on("error", () => {});
    const mails = new MailServer(server);
    server.listen(port, host);
    await once(server.server, "listening");
    return mails;
  }

  get url(): string {
    const { address, port } = this.server.server.address() as AddressInfo;
    return `smtp://${address}:${port}`;
  }

  /** The next mail to this address that has not been returned by an earlier call. */
  async next(to: string): Promise<ReceivedMail> {
    const address = to.toLowerCase();
    const mail = await this.waitUntil(
      () => this.received.filter((one) => one.to === address)[this.readCounts.get(address) ?? 0],
      `a mail to ${to}`,
    );
    this.readCounts.set(address, (this.readCounts.get(address) ?? 0) + 1);
    return mail;
  }

  /** The code in the next mail to this address. */
  async nextCode(to: string): Promise<string> {
    const { text } = await this.next(to);
    const code = /^(\d{6,10})$/m.exec(text)?.[1];
    if (!code) throw new Error(`The mail to ${to} has no code on a separate line:\n${text}`);
    return code;
  }

  countTo(to: string): number {
    return this.received.filter((one) => one.to === to.toLowerCase()).length;
  }

  /** Waits until `poll` returns a value; it is called again after every delivery attempt. */
  async waitUntil<T>(poll: () => T | undefined | false, description: string): Promise<T> {
    const deadline = Date.now() + WAIT_TIMEOUT_MS;
    for (;;) {
      const found = poll();
      if (found !== undefined && found !== false) return found;
      const remainingMs = deadline - Date.now();
      if (remainingMs <= 0) throw new Error(`Waited in vain for ${description}`);
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          this.listeners.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, Math.min(remainingMs, 250));
        this.listeners.add(wake);
      });
    }
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private accept(raw: string, to: string, done: (error?: Error | null) => void): void {
    this.deliveryAttempts++;
    if (this.behaviour === "drop") {
      // smtp-server keeps connections open; closing all of them simulates a crash.
      for (const connection of this.connections()) connection.close();
    } else if (this.behaviour !== "stall") {
      this.received.push(parse(raw, to.toLowerCase()));
      done();
    }
    for (const wake of [...this.listeners]) wake();
  }

  private connections(): { close(): void }[] {
    return [...(this.server as unknown as { connections: Set<{ close(): void }> }).connections];
  }
}

function parse(raw: string, to: string): ReceivedMail {
  const [head = "", ...rest] = raw.split("\r\n\r\n");
  const body = rest.join("\r\n\r\n");
  const boundary = /boundary="([^"]+)"/.exec(head)?.[1] ?? "";
  const parts = boundary ? body.split(`--${boundary}`) : [];
  const partOf = (type: string) => decodePart(parts.find((part) => part.includes(`Content-Type: ${type}`)) ?? "");
  const header = (name: string) => new RegExp(`^${name}: (.*(?:\r\n[ \t].*)*)`, "im").exec(head)?.[1]?.replace(/\r\n[ \t]/g, " ") ?? "";
  return {
    to,
    raw,
    subject: decodeWords(header("Subject")),
    messageId: header("Message-ID"),
    text: partOf("text/plain"),
    html: partOf("text/html"),
  };
}

function decodePart(part: string): string {
  const [head = "", ...rest] = part.split("\r\n\r\n");
  const body = rest.join("\r\n\r\n").trim();
  if (/quoted-printable/i.test(head)) return decodeQuotedPrintable(body).replace(/\r\n/g, "\n");
  if (/base64/i.test(head)) return Buffer.from(body, "base64").toString("utf8").replace(/\r\n/g, "\n");
  return body.replace(/\r\n/g, "\n");
}

function decodeQuotedPrintable(text: string): string {
  const bytes = text.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

function decodeWords(text: string): string {
  return text.replace(/=\?utf-8\?([QB])\?([^?]*)\?=\s*/gi, (_, kind: string, word: string) =>
    kind.toUpperCase() === "B" ? Buffer.from(word, "base64").toString("utf8") : decodeQuotedPrintable(word.replaceAll("_", " ")),
  );
}
