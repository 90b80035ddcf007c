import { connect, type Socket } from "node:net";
import type { Transporter } from "nodemailer";
import { isLoopbackHost } from "../../platform/loopback.js";
import type { OutboundGuard } from "../../platform/outbound-guard.js";
import { MESSAGE_FAILURE_CODES, PermanentDeliveryError } from "./delivery.js";
import type { Mail, Mailer } from "./mailer.js";

interface SmtpError {
  readonly code?: string;
  readonly responseCode?: number;
}

/** Ports on which mail servers accept mail from clients. */
const SUBMISSION_PORTS: ReadonlySet<number> = new Set([25, 465, 587, 2525]);
const CONNECT_TIMEOUT_MS = 10_000;
/**
 * Honest servers delay their greeting, e.g. to look up the client, and replies, e.g. to scan the message: RFC 5321 section 4.5.3.2 asks
 * clients to wait five minutes for most replies. The greeting gets less, because unreachable servers are recognised by it.
 */
const GREETING_TIMEOUT_MS = 60_000;
const REPLY_TIMEOUT_MS = 300_000;
type SocketCallback = (error: Error | null, options?: { connection: Socket } | false) => void;

interface MailerOptions {
  /** Restricts connections to servers that the operator did not configure (SSRF). */
  readonly guard?: OutboundGuard;
  /** Hosts that are sent to without TLS, as loopback is. */
  readonly plaintextHosts?: readonly string[];
}
/** RFC 3834 section 5 and its counterpart of Exchange: absence notices and other automatic replies are not sent to these mails. */
const automaticMailHeaders = { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" };

/** Sends email by SMTP. Connections other than to loopback must be encrypted: smtps://, or smtp:// with STARTTLS (RFC 3207). */
export class NodemailerMailer implements Mailer {
  private readonly options;
  /** Mails leave the machine without TLS. */
  readonly isPlaintextToNetwork: boolean;
  /** The library is loaded on first use. */
  private transport: Promise<Transporter> | undefined;

  constructor(url: string, { guard, plaintextHosts = [] }: MailerOptions = {}) {
    const { hostname, port, username, password, protocol } = new URL(url);
    const isSecure = protocol === "smtps:";
    const host = hostname.replace(/^\[|\]$/g, "");
    const allowsPlaintext = isLoopbackHost(hostname) || plaintextHosts.some((allowed) => allowed.toLowerCase() === host.toLowerCase());
    const portNumber = Number(port || (isSecure ? 465 : 587));
    this.isPlaintextToNetwork = !isSecure && allowsPlaintext && !isLoopbackHost(hostname);
    this.options = {
      pool: true,
      maxConnections: 4,
      host,
      port: portNumber,
      ...(guard ? { getSocket: (_options: unknown, callback: SocketCallback) => connectGuarded(guard, host, portNumber, callback) } : {}),
      secure: isSecure,
      requireTLS: !isSecure && !allowsPlaintext,
      ignoreTLS: !isSecure && allowsPlaintext,
      ...(username ? { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } } : {}),
      connectionTimeout: CONNECT_TIMEOUT_MS,
      greetingTimeout: GREETING_TIMEOUT_MS,
      socketTimeout: REPLY_TIMEOUT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    } as const;
  }

  async send(mail: Mail): Promise<void> {
    const { messageId, from, to, replyTo, subject, text, html } = mail;
    const replyToHeader = replyTo === "" ? {} : { replyTo: { name: "", address: replyTo } };
    try {
      // Addresses are passed as objects: nodemailer parses a string as an address list.
      const transport = await this.connectTransport();
      await transport.sendMail({
        messageId,
        from,
        to: { name: "", address: to },
        ...replyToHeader,
        subject,
        text,
        html,
        headers: automaticMailHeaders,
      });
    } catch (error) {
      throw isPermanent(error as SmtpError) ? new PermanentDeliveryError("The mail server rejected the message", { cause: error }) : error;
    }
  }

  /** Connects and authenticates without sending. @throws the connection or SMTP error */
  async verify(): Promise<void> {
    await (await this.connectTransport()).verify();
  }

  async close(): Promise<void> {
    (await this.transport)?.close();
  }

  private connectTransport(): Promise<Transporter> {
    this.transport ??= import("nodemailer").then(({ createTransport }) => createTransport(this.options));
    return this.transport;
  }
}

/** Opens a socket to an address that the guard allows; TLS and SMTP are left to nodemailer. */
function connectGuarded(guard: OutboundGuard, host: string, port: number, callback: SocketCallback): void {
  let socket: Socket;
  try {
    socket = connect({ host, port, lookup: guard.lookupFor(host, port, SUBMISSION_PORTS) });
  } catch (error) {
    setImmediate(callback, error as Error);
    return;
  }
  const onError = (error: Error) => callback(error);
  socket.once("error", onError);
  const onTimeout = () => socket.destroy(Object.assign(new Error("Connection timed out"), { code: "ETIMEDOUT" }));
  socket.setTimeout(CONNECT_TIMEOUT_MS).once("timeout", onTimeout);
  socket.once("connect", () => {
    socket.setTimeout(0).off("timeout", onTimeout).off("error", onError);
    callback(null, { connection: socket });
  });
}

/** 5yz replies to the envelope or message (RFC 5321 section 4.2.1). Failed authentication is retried: an operator can correct it. */
const isPermanent = ({ code, responseCode }: SmtpError) =>
  responseCode !== undefined && responseCode >= 500 && MESSAGE_FAILURE_CODES.includes(code ?? "");
