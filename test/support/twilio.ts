import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A text message as received by Twilio's API. */
export interface ReceivedSms {
  readonly sid: string;
  readonly accountSid: string;
  readonly to: string;
  readonly from: string | null;
  readonly messagingServiceSid: string | null;
  readonly body: string;
  readonly validityPeriod: number;
}
/**
 * How the next messages are handled: accepted, rejected with a status and a Twilio error code, answered with HTML, answered one byte at a
 * time, not answered, or accepted without an answer.
 */
export type TwilioBehaviour = "accept" | "html" | "drip" | "silent" | "drop-answer" | { readonly status: number; readonly code: number };

const WAIT_TIMEOUT_MS = 15_000;

/** Twilio's REST API (2010-04-01, Messages) on loopback: checks Basic authentication, stores messages, and can simulate failures. */
export class FakeTwilio {
  readonly received: ReceivedSms[] = [];
  behaviour: TwilioBehaviour = "accept";
  /** Behaviour for single numbers, overriding the default. */
  readonly behaviourByNumber = new Map<string, TwilioBehaviour>();
  /** Delivery attempts, successful or not. */
  deliveryAttempts = 0;
  private readonly tokens = new Map<string, string>();
  private readonly readCounts = new Map<string, number>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeTwilio> {
    const server = createServer((request, response) => void twilio.answer(request, response));
    const twilio = new FakeTwilio(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return twilio;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Creates an account; returns the application settings that use it. */
  createAccount(authToken: string, phoneNumber = "+4915735980000"): string[] {
    const accountSid = `AC${String(this.tokens.size + 1).padStart(32, "0")}`;
    this.tokens.set(accountSid, authToken);
    return [`twilio.accountSid=${accountSid}`, `twilio.authToken=${authToken}`, `twilio.phoneNumber=${phoneNumber}`];
  }

  /** The next message to this number that has not been returned by an earlier call. */
  async next(to: string): Promise<ReceivedSms> {
    const deadline = Date.now() + WAIT_TIMEOUT_MS;
    for (;;) {
      const found = this.received.filter((one) => one.to === to)[this.readCounts.get(to) ?? 0];
      if (found) {
        this.readCounts.set(to, (this.readCounts.get(to) ?? 0) + 1);
        return found;
      }
      if (Date.now() > deadline) throw new Error(`Waited in vain for a text message to ${to}`);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  }

  /** The code at the beginning of the next message to this number. */
  async nextCode(to: string): Promise<string> {
    const { body } = await this.next(to);
    const code = /^\d{6,10}\b/.exec(body)?.[0];
    if (!code) throw new Error(`The message to ${to} does not begin with a code: ${body}`);
    return code;
  }

  countTo(to: string): number {
    return this.received.filter((one) => one.to === to).length;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.url);
    const accountSid = /^\/2010-04-01\/Accounts\/(AC[0-9a-f]{32})\/Messages\.json$/.exec(url.pathname)?.[1];
    if (!accountSid) return reply(response, 404, { status: 404, code: 20404, message: "not found" });
    const expectedAuthorization = `Basic ${Buffer.from(`${accountSid}:${this.tokens.get(accountSid)}`).toString("base64")}`;
    if (!this.tokens.has(accountSid) || request.headers.authorization !== expectedAuthorization)
      return reply(response, 401, { status: 401, code: 20003, message: "Authenticate" });
    if (request.method === "GET") return this.list(accountSid, url.searchParams.get("To"), response);
    let form = "";
    for await (const chunk of request) form += String(chunk);
    this.deliveryAttempts++;
    this.respondToMessage(accountSid, new URLSearchParams(form), response);
  }

  private respondToMessage(accountSid: string, form: URLSearchParams, response: ServerResponse): void {
    const temper = this.behaviourByNumber.get(form.get("To") ?? "") ?? this.behaviour;
    if (typeof temper === "object") refuse(response, temper, form);
    else if (temper === "html") response.writeHead(502, { "content-type": "text/html" }).end("<html>Bad gateway</html>");
    else if (temper === "drip") drip(response);
    else if (temper !== "silent") this.storeMessage(accountSid, form, response, temper === "drop-answer");
  }

  private storeMessage(accountSid: string, form: URLSearchParams, response: ServerResponse, isAnswerLost: boolean): void {
    const sms: ReceivedSms = {
      sid: `SM${String(this.received.length + 1).padStart(32, "0")}`,
      accountSid,
      to: form.get("To") ?? "",
      from: form.get("From"),
      messagingServiceSid: form.get("MessagingServiceSid"),
      body: form.get("Body") ?? "",
      validityPeriod: Number(form.get("ValidityPeriod")),
    };
    this.received.push(sms);
    if (isAnswerLost) response.destroy();
    else reply(response, 201, toMessageResource(sms));
  }

  private list(accountSid: string, to: string | null, response: ServerResponse): void {
    const messages = this.received.filter((one) => one.accountSid === accountSid && one.to === to).map(toMessageResource);
    reply(response, 200, { messages, page: 0, page_size: 50, uri: "", first_page_uri: "", next_page_uri: null, previous_page_uri: null });
  }
}

const toMessageResource = ({ sid, accountSid, to, from, messagingServiceSid, body }: ReceivedSms) => ({
  ...{ sid, account_sid: accountSid, to, from, messaging_service_sid: messagingServiceSid, body },
  ...{ status: "queued", error_code: null, error_message: null, num_segments: "1", direction: "outbound-api" },
});

/** Real error responses contain the number, and sometimes parts of the message. */
function refuse(response: ServerResponse, { status, code }: { status: number; code: number }, form: URLSearchParams): void {
  const message = `The 'To' number ${form.get("To")} cannot get '${form.get("Body")}'.`;
  reply(response, status, { status, code, message, more_info: `https://www.twilio.com/docs/errors/${code}` });
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** Sends single bytes at intervals: the response never ends and the connection is never idle. */
function drip(response: ServerResponse): void {
  response.writeHead(201, { "content-type": "application/json" });
  const timer = setInterval(() => response.write(" "), 200);
  response.on("close", () => clearInterval(timer));
}
