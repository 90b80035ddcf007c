import { LatchkeyError } from "./errors.js";
import type { Operation, TopLevelCode } from "./operations.generated.js";

export interface TransportOptions {
  readonly url: string;
  readonly appKey: string;
  readonly locale?: string | undefined;
  readonly timeoutMs?: number | undefined;
  readonly fetch?: typeof fetch | undefined;
}
interface GraphqlResponse<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: string; readonly retryAfterSeconds?: number; readonly path?: string; readonly id?: string };
  }[];
}

/** Sends documents to the gateway and throws errors and missing responses as LatchkeyError. */
export class Transport {
  constructor(private readonly options: TransportOptions) {}

  /** Returns the data of the response. @throws LatchkeyError */
  async send<Data, Variables>(
    { query }: Operation<Data, Variables>,
    variables: Variables,
    token?: string,
    timeoutMs = this.options.timeoutMs ?? 15_000,
  ): Promise<Data> {
    const { data, errors = [] } = await this.post<Data>(JSON.stringify({ query, variables }), token, timeoutMs);
    const [error] = errors;
    if (error) {
      const { code = "INTERNAL_SERVER_ERROR", ...details } = error.extensions ?? {};
      throw new LatchkeyError(code as TopLevelCode, error.message, details);
    }
    if (!data) throw new LatchkeyError("NETWORK", "Response is not from a Latchkey gateway.");
    return data;
  }

  private async post<Data>(body: string, token: string | undefined, timeoutMs: number): Promise<GraphqlResponse<Data>> {
    const { url, appKey, locale, fetch: send = fetch } = this.options;
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), timeoutMs);
    try {
      const response = await send(`${url.replace(/(\/graphql)?\/*$/, "")}/graphql`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "x-app-key": appKey,
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(locale ? { "accept-language": locale } : {}),
        },
        body,
        credentials: "omit",
        signal: abort.signal,
      });
      return (await response.json()) as GraphqlResponse<Data>;
    } catch (cause) {
      throw new LatchkeyError("NETWORK", "The gateway could not be reached.", { cause });
    } finally {
      clearTimeout(timer);
    }
  }
}
