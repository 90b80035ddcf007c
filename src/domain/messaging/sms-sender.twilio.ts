import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Twilio } from "twilio";
import type { Clock } from "../../platform/clock.js";
import type { OutboundGuard } from "../../platform/outbound-guard.js";
import type { TwilioAccount, TwilioAccounts } from "../applications/index.js";
import { PermanentDeliveryError } from "./delivery.js";
import type { Sms, SmsSender } from "./sms-sender.js";

type TwilioOptions = NonNullable<ConstructorParameters<typeof Twilio>[2]>;
type HttpClient = NonNullable<TwilioOptions["httpClient"]>;
type HttpRequest = Parameters<HttpClient["request"]>[0];

interface Dependencies {
  readonly accounts: TwilioAccounts;
  readonly guard: OutboundGuard;
  readonly clock: Clock;
  /** Tests only: replaces the base URL of Twilio's API. */
  readonly baseUrl: string | undefined;
  /** Development: receives the messages of applications without a Twilio account. */
  readonly fallback: SmsSender | null;
}

/** From the request to the last byte of the response. */
const TIMEOUT_MS = 10_000;
const MAX_RESPONSE_LENGTH = 200_000;
/** Twilio's limits for the validity period of a message. */
const [MIN_VALIDITY_SECONDS, MAX_VALIDITY_SECONDS] = [1, 36_000];
/** How far back a retry searches for an earlier acceptance of the same message. */
const DUPLICATE_LOOKBACK_MS = 3_600_000;
const UNKNOWN_FAILURE = "TWILIO failure";
/** Errors with a 4xx status that are temporary: too many requests, too many queued messages. */
const transientErrorCodes = new Set([20429, 21611]);

/** A failure reduced to a short code: Twilio's error messages may contain the phone number or the text. */
class TwilioError extends Error {
  override name = "TwilioError";
  constructor(
    readonly code: string,
    readonly isPermanent: boolean,
  ) {
    super(code);
  }
}

/** Sends text messages through the application's Twilio account. */
export class TwilioSmsSender implements SmsSender {
  constructor(private readonly dependencies: Dependencies) {}

  async send(sms: Sms): Promise<void> {
    const { accounts, fallback } = this.dependencies;
    const account = await accounts.find(sms.applicationId);
    if (!account && fallback) return await fallback.send(sms);
    if (!account) throw new TwilioError("TWILIO not set up", false);
    const client = await this.connect(account);
    try {
      // Twilio does not deduplicate requests, so a retry first checks whether the message was already accepted.
      if (sms.isRetry && (await this.wasAccepted(client, sms))) return;
      const seconds = Math.floor((sms.expiresAt.getTime() - this.dependencies.clock.now().getTime()) / 1000);
      const validityPeriod = Math.min(MAX_VALIDITY_SECONDS, Math.max(MIN_VALIDITY_SECONDS, seconds));
      const { status, errorCode } = await client.messages.create({ ...account.sender, to: sms.to, body: sms.text, validityPeriod });
      if (status === "failed" || status === "undelivered") throw new TwilioError(`TWILIO ${status} ${Number(errorCode)}`, true);
    } catch (error) {
      // Errors of the Twilio client may contain the message and the auth token, so they are not propagated.
      const failure = toTwilioError(error);
      throw failure.isPermanent ? new PermanentDeliveryError("Twilio rejected the message", { cause: failure }) : failure;
    }
  }

  private async wasAccepted(client: Twilio, { to, text }: Sms): Promise<boolean> {
    const dateSentAfter = new Date(this.dependencies.clock.now().getTime() - DUPLICATE_LOOKBACK_MS);
    try {
      const recent = await client.messages.list({ to, dateSentAfter, limit: 20 });
      return recent.some(({ body, status }) => body === text && status !== "failed" && status !== "undelivered" && status !== "canceled");
    } catch (error) {
      const failure = toTwilioError(error);
      // An account may be allowed to send messages but not to list them.
      if (failure.isPermanent || failure.code === UNKNOWN_FAILURE) return false;
      throw failure;
    }
  }

  private async connect({ accountSid, authToken }: TwilioAccount): Promise<Twilio> {
    // Loaded on demand, because the library takes 21 MB.
    const { default: twilio } = await import("twilio");
    const httpClient = { request: (request: HttpRequest) => this.sendRequest(request) } as HttpClient;
    return twilio(accountSid, authToken, { httpClient, autoRetry: false });
  }

  private async sendRequest({ method, uri, username, password, headers, params, data }: HttpRequest) {
    const { baseUrl, guard } = this.dependencies;
    const requestedUrl = new URL(uri);
    const url = baseUrl ? new URL(baseUrl + requestedUrl.pathname) : requestedUrl;
    url.search = new URLSearchParams(toStringRecord(params)).toString();
    const isSecure = url.protocol === "https:";
    const hostname = url.hostname.replace(/^\[|\]$/g, "");
    const body = method === "post" ? new URLSearchParams(toStringRecord(data)).toString() : "";
    const options = {
      method: method.toUpperCase(),
      headers: { ...toStringRecord(headers), "Content-Length": Buffer.byteLength(body) },
      auth: `${username}:${password}`,
      // No keep-alive: a request on a connection the server has closed fails as if the message might have been accepted.
      agent: false,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      lookup: guard.lookupFor(hostname, Number(url.port || (isSecure ? 443 : 80))),
    };
    const received = await new Promise<{ status: number; received: string; headers: IncomingMessage["headers"] }>((resolve, reject) => {
      const request = (isSecure ? requestHttps : requestHttp)(url, options, (response) => {
        readBody(response).then(
          (responseText) => resolve({ status: response.statusCode ?? 0, received: responseText, headers: response.headers }),
          reject,
        );
      });
      request.on("error", reject);
      request.end(body);
    });
    return {
      statusCode: received.status,
      body: parseJsonObject(received.status, received.received),
      headers: received.headers,
      toString: () => String(received.status),
    };
  }
}

const toStringRecord = (values: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(values ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));

async function readBody(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) {
    text += String(chunk);
    if (text.length > MAX_RESPONSE_LENGTH) throw new TwilioError("TWILIO answers too much", false);
  }
  return text;
}

/** Twilio responds with JSON; other responses come from an intermediary such as a proxy. */
function parseJsonObject(status: number, text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Handled below.
  }
  throw new TwilioError(`TWILIO ${status} without JSON`, false);
}

/** 4xx responses are permanent, except temporary ones. All other failures, including timeouts, are retried. */
function toTwilioError(error: unknown): TwilioError {
  if (error instanceof TwilioError) return error;
  const { status, code, name } = error as { status?: unknown; code?: unknown; name?: unknown };
  if (typeof status === "number") {
    const isPermanent = status >= 400 && status < 500 && status !== 408 && status !== 429 && !transientErrorCodes.has(Number(code));
    return new TwilioError(`TWILIO ${status}${typeof code === "number" ? ` ${code}` : ""}`, isPermanent);
  }
  const isTimeout = name === "TimeoutError" || name === "AbortError" || code === "ABORT_ERR";
  return new TwilioError(isTimeout ? "TWILIO timeout" : typeof code === "string" ? `TWILIO ${code}`.slice(0, 64) : UNKNOWN_FAILURE, false);
}
