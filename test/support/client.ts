import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";
import { type Operation, Operations } from "../../clients/typescript/src/operations.generated.js";

export interface GraphqlError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: string; readonly retryAfterSeconds?: number; readonly path?: string; readonly id?: string };
}
export interface Answer<Data> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly data: Data | null;
  readonly errors: readonly GraphqlError[];
}
export interface ClientOptions {
  readonly baseUrl: string;
  readonly appKey?: string | undefined;
  /** Bearer token. */
  readonly token?: string | undefined;
  /** X-Forwarded-For. Without it every request comes from another network. */
  readonly address?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly endpoint?: string;
  /** Receives every response. */
  readonly onAnswer?: (answer: Answer<unknown>) => void;
}

let lastAddress = 0;
/** An IP address that is unique in the run. */
export const uniqueAddress = () => {
  lastAddress++;
  return `198.18.${(lastAddress >> 8) & 255}.${lastAddress & 255}`;
};

/** A client that sends documents over HTTP. */
export class Client {
  readonly options: ClientOptions;

  constructor(options: ClientOptions) {
    this.options = options;
  }

  /** The methods of the TypeScript client. They fail without data, as `expect` does. */
  get operations(): Operations {
    return new ClientOperations(this);
  }

  /** A copy with some options changed. */
  with(change: Partial<ClientOptions>): Client {
    return new Client({ ...this.options, ...change });
  }

  async run<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Answer<Data>> {
    return await this.post<Data>({ query: print(document), variables });
  }

  /** Like `run`, for a document that must succeed without errors. */
  async expect<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
    const { data, text } = await this.run(document, variables);
    if (!data) throw new Error(`No data: ${text}`);
    return data;
  }

  /** Sends any body as JSON; strings are sent unchanged. */
  async post<Data>(body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer<Data>> {
    const { baseUrl, appKey, token, address = uniqueAddress(), endpoint = "/graphql", onAnswer: watch } = this.options;
    const response = await fetch(baseUrl + endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(appKey ? { "x-app-key": appKey } : {}),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(address ? { "x-forwarded-for": address } : {}),
        ...this.options.headers,
        ...headers,
      },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const { data = null, errors = [] } = parse(text) as { data?: Data | null; errors?: GraphqlError[] };
    const answer = { status: response.status, headers: response.headers, text, data, errors };
    watch?.(answer);
    return answer;
  }
}

class ClientOperations extends Operations {
  constructor(private readonly client: Client) {
    super();
  }

  protected override async run<Data, Variables>({ query }: Operation<Data, Variables>, variables: Variables): Promise<Data> {
    const { data, text } = await this.client.post<Data>({ query, variables });
    if (!data) throw new Error(`No data: ${text}`);
    return data;
  }
}

function parse(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {};
  }
}
