import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Twilio } from "twilio";
import type { Clock } from "../../platform/clock.js";
import type { OutboundGuard } from "../../platform/outbound-guard.js";
import type { TwilioAccount, TwilioAccounts } from "../applications/index.js";
import { DeliveryRefused } from "./delivery.js";
import type { Sms, SmsSender } from "./sms-sender.js";

type TwilioOptions = NonNullable<ConstructorParameters<typeof Twilio>[2]>;
type HttpClient = NonNullable<TwilioOptions["httpClient"]>;
type HttpRequest = Parameters<HttpClient["request"]>[0];

interface Parts {
  readonly accounts: TwilioAccounts;
  readonly guard: OutboundGuard;
  readonly clock: Clock;
  /** Tests only: what stands in the place of Twilio's own address. */
  readonly baseUrl: string | undefined;
  /** Development: takes the messages of applications without an account. */
  readonly fallback: SmsSender | null;
}

/** From the request to the last byte of the answer. */
const TIMEOUT_MS = 10_000;
const LARGEST_ANSWER = 200_000;
/** Twilio's own bounds of a message's life in its queues. */
const [SHORTEST_LIFE_SECONDS, LONGEST_LIFE_SECONDS] = [1, 36_000];
/** So long before its repetition a message may have been taken. */
const LOOK_BACK_MS = 3_600_000;
/** Refusals with a status of 4xx that end by themselves: too many requests, too many queued messages. */
const UNCLEAR = "TWILIO failure";
const passing = new Set([20429, 21611]);

/** What went wrong, in a few letters and numbers: Twilio's own words may repeat a number or a message. */
class TwilioFailure extends Error {
  override name = "TwilioFailure";
  constructor(
    readonly code: string,
    readonly isForGood: boolean,
  ) {
    super(code);
  }
}

/** Text messages by the application's own Twilio account. */
export class TwilioSmsSender implements SmsSender {
  constructor(private readonly parts: Parts) {}

  async send(sms: Sms): Promise<void> {
    const { accounts, fallback } = this.parts;
    const account = await accounts.find(sms.applicationId);
    if (!account && fallback) return await fallback.send(sms);
    if (!account) throw new TwilioFailure("TWILIO not set up", false);
    const client = await this.connect(account);
    try {
      // Twilio takes a message twice if it is sent twice, so one that may have arrived is looked for first.
      if (sms.isRepeated && (await this.wasTaken(client, sms))) return;
      const seconds = Math.floor((sms.expiresAt.getTime() - this.parts.clock.now().getTime()) / 1000);
      const validityPeriod = Math.min(LONGEST_LIFE_SECONDS, Math.max(SHORTEST_LIFE_SECONDS, seconds));
      const { status, errorCode } = await client.messages.create({ ...account.sender, to: sms.to, body: sms.text, validityPeriod });
      if (status === "failed" || status === "undelivered") throw new TwilioFailure(`TWILIO ${status} ${Number(errorCode)}`, true);
    } catch (error) {
      // The client's own errors may hold what was sent and with which token: they end here.
      const failure = classify(error);
      throw failure.isForGood ? new DeliveryRefused("Twilio refuses this message", { cause: failure }) : failure;
    }
  }

  private async wasTaken(client: Twilio, { to, text }: Sms): Promise<boolean> {
    const dateSentAfter = new Date(this.parts.clock.now().getTime() - LOOK_BACK_MS);
    try {
      const recent = await client.messages.list({ to, dateSentAfter, limit: 20 });
      return recent.some(({ body, status }) => body === text && status !== "failed" && status !== "undelivered" && status !== "canceled");
    } catch (error) {
      const failure = classify(error);
      // An account whose messages cannot be read can still send.
      if (failure.isForGood || failure.code === UNCLEAR) return false;
      throw failure;
    }
  }

  private async connect({ accountSid, authToken }: TwilioAccount): Promise<Twilio> {
    // 21 MB that only those pay for who send.
    const { default: twilio } = await import("twilio");
    const httpClient = { request: (request: HttpRequest) => this.exchange(request) } as HttpClient;
    return twilio(accountSid, authToken, { httpClient, autoRetry: false });
  }

  private async exchange({ method, uri, username, password, headers, params, data }: HttpRequest) {
    const { baseUrl, guard } = this.parts;
    const asked = new URL(uri);
    const url = baseUrl ? new URL(baseUrl + asked.pathname) : asked;
    url.search = new URLSearchParams(textsOf(params)).toString();
    const isSecure = url.protocol === "https:";
    const hostname = url.hostname.replace(/^\[|\]$/g, "");
    const body = method === "post" ? new URLSearchParams(textsOf(data)).toString() : "";
    const options = {
      method: method.toUpperCase(),
      headers: { ...textsOf(headers), "Content-Length": Buffer.byteLength(body) },
      auth: `${username}:${password}`,
      // A connection kept for later may be closed by then: that would look like a message that was taken.
      agent: false,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      lookup: guard.lookupFor(hostname, Number(url.port || (isSecure ? 443 : 80))),
    };
    const text = await new Promise<{ status: number; text: string; headers: IncomingMessage["headers"] }>((resolve, reject) => {
      const request = (isSecure ? requestHttps : requestHttp)(url, options, (response) => {
        readAll(response).then((read) => resolve({ status: response.statusCode ?? 0, text: read, headers: response.headers }), reject);
      });
      request.on("error", reject);
      request.end(body);
    });
    return { statusCode: text.status, body: parse(text.status, text.text), headers: text.headers, toString: () => String(text.status) };
  }
}

const textsOf = (values: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(values ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));

async function readAll(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) {
    text += String(chunk);
    if (text.length > LARGEST_ANSWER) throw new TwilioFailure("TWILIO answers too much", false);
  }
  return text;
}

/** Twilio answers JSON; whatever else comes was said by something in between. */
function parse(status: number, text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Below.
  }
  throw new TwilioFailure(`TWILIO ${status} without JSON`, false);
}

/** Refused for good: 4xx, but for what ends by itself. Everything else, silence included, is worth another attempt. */
function classify(error: unknown): TwilioFailure {
  if (error instanceof TwilioFailure) return error;
  const { status, code, name } = error as { status?: unknown; code?: unknown; name?: unknown };
  if (typeof status === "number") {
    const isForGood = status >= 400 && status < 500 && status !== 408 && status !== 429 && !passing.has(Number(code));
    return new TwilioFailure(`TWILIO ${status}${typeof code === "number" ? ` ${code}` : ""}`, isForGood);
  }
  const isLate = name === "TimeoutError" || name === "AbortError" || code === "ABORT_ERR";
  return new TwilioFailure(isLate ? "TWILIO timeout" : typeof code === "string" ? `TWILIO ${code}`.slice(0, 64) : UNCLEAR, false);
}
