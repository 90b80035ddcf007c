import { useGraphiQL } from "@graphiql/react";
import { GraphiQL } from "graphiql";
import type { GraphQLSchema } from "graphql";
import { type RefObject, useEffect, useRef, useState } from "react";
import { examples } from "./documents.js";
import { type Api, type Example, type ExampleState, type Exchange, headersOf, updateState, variablesOf } from "./example-state.js";
import { newestCode } from "./inbox.js";

/** What the gateway tells in development; nothing in production. */
export interface Context {
  readonly appKey?: string;
  readonly secretKey?: string;
  readonly inboxUrl?: string;
}
interface PlaygroundProps {
  readonly schemas: Readonly<Record<Api, GraphQLSchema>>;
  readonly context: Context;
}
type Editor = { getValue(): string; setValue(text: string): void } | undefined;
/** An example, filled in. */
interface OpenedExample {
  readonly example: Example;
  readonly variables: string;
  readonly headers: string;
}

const apis: Readonly<Record<Api, { readonly title: string; readonly path: string }>> = {
  authentication: { title: "Authentication API", path: "graphql" },
  management: { title: "Management API", path: "management/graphql" },
};
const first = (api: Api) => examples.find((example) => example.api === api) as Example;
const prettyJson = (value: unknown) => JSON.stringify(value, null, 2);
const fillIn = (example: Example, state: ExampleState): OpenedExample => ({
  example,
  variables: prettyJson(variablesOf(example, state)),
  headers: prettyJson(headersOf(example, state)),
});

function createInitialState({ appKey, secretKey }: Context): ExampleState {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  // A new address each time, because a second sign-up with one address gets a different mail.
  const email = `ann.${number.toString(36)}@example.com`;
  return {
    ...{ email, mailbox: email },
    isDemo: appKey !== undefined,
    password: "violet hedgehog parade",
    newPassword: "amber walrus picnic",
    ...(appKey ? { appKey } : {}),
    ...(secretKey ? { secretKey } : {}),
  };
}

export function Playground({ schemas, context }: PlaygroundProps) {
  const [state, setState] = useState(() => createInitialState(context));
  const [opened, setOpened] = useState(() => fillIn(first("authentication"), state));
  const [last, setLast] = useState({ authentication: first("authentication"), management: first("management") });
  const variables = useRef<Editor>(undefined);
  const { api } = opened.example;

  function choose(example: Example) {
    setLast({ ...last, [example.api]: example });
    setOpened(fillIn(example, state));
  }
  function fillInCode(code: string) {
    setState((known) => ({ ...known, code }));
    const shown = variables.current;
    shown?.setValue(shown.getValue().replace(/("code": )"[^"]*"/, (_, name: string) => name + JSON.stringify(code)));
  }

  return (
    <>
      <header className="bar">
        <h1>Latchkey</h1>
        <ApiSwitch api={api} onSwitch={(other) => choose(last[other])} />
        <Inbox context={context} email={state.mailbox} onCode={fillInCode} />
      </header>
      <nav className="examples" aria-label="Examples">
        <ol>
          {examples
            .filter((example) => example.api === api)
            .map((example) => (
              <li key={example.name}>
                <button type="button" aria-current={example === opened.example ? "step" : undefined} onClick={() => choose(example)}>
                  {example.name}
                </button>
              </li>
            ))}
        </ol>
      </nav>
      <main>
        <ApiEditor
          key={api}
          schema={schemas[api]}
          opened={opened}
          variables={variables}
          onExchange={(exchange) => setState((known) => updateState(known, exchange))}
        />
      </main>
    </>
  );
}

function ApiSwitch({ api, onSwitch }: { readonly api: Api; onSwitch(api: Api): void }) {
  return (
    <fieldset>
      <legend>API</legend>
      {(Object.keys(apis) as Api[]).map((name) => (
        <label key={name}>
          <input type="radio" name="api" checked={name === api} onChange={() => onSwitch(name)} />
          {apis[name].title}
        </label>
      ))}
    </fieldset>
  );
}

interface InboxProps {
  readonly context: Context;
  readonly email: string;
  onCode(code: string): void;
}

/** Where the code is: in development in the gateway's own inbox. */
function Inbox({ context: { inboxUrl }, email, onCode }: InboxProps) {
  const [status, setStatus] = useState("");
  if (!inboxUrl) return <p className="inbox">Codes are sent by email.</p>;
  async function fetchCode() {
    setStatus(`Looking for an email to ${email} …`);
    const code = await newestCode(email);
    if (code) onCode(code);
    setStatus(code ? `Code ${code} filled in` : `No new code found for ${email}`);
  }
  return (
    <div className="inbox">
      <output>{status}</output>
      <button type="button" onClick={() => void fetchCode()}>
        Fetch the code
      </button>
      <a href={`${inboxUrl}?to=${encodeURIComponent(email)}`} target="_blank" rel="noreferrer">
        Development inbox
      </a>
    </div>
  );
}

interface ApiEditorProps {
  readonly schema: GraphQLSchema;
  readonly opened: OpenedExample;
  readonly variables: RefObject<Editor>;
  onExchange(exchange: Exchange): void;
}

/** Made once: a new list of plugins closes the one that is open. */
const settings = {
  plugins: [],
  customScalarSchemas: { JSON: {} },
  shouldPersistHeaders: false,
  defaultQuery: "",
  defaultEditorToolsVisibility: "variables" as const,
};

/** GraphiQL on one API. */
function ApiEditor({ schema, opened, variables, onExchange }: ApiEditorProps) {
  const [instance] = useState(() => ({ fetcher: fetcherOf(opened.example.api, onExchange), storage: memoryStorage() }));
  return (
    <GraphiQL {...instance} {...settings} schema={schema}>
      <GraphiQL.Logo>
        <span />
      </GraphiQL.Logo>
      <EditorContents opened={opened} variables={variables} />
    </GraphiQL>
  );
}

/** Passwords and tokens stay in this page's memory. */
function memoryStorage() {
  const items = new Map<string, string>();
  return {
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, value: string) => void items.set(name, value),
    removeItem: (name: string) => void items.delete(name),
    clear: () => items.clear(),
    get length() {
      return items.size;
    },
  };
}

/** Lays what was opened into the editors as soon as they are there; from then on they belong to the person. */
function EditorContents({ opened, variables }: Pick<ApiEditorProps, "opened" | "variables">) {
  const query = useGraphiQL((state) => state.queryEditor);
  const inputs = useGraphiQL((state) => state.variableEditor);
  const headers = useGraphiQL((state) => state.headerEditor);
  const response = useGraphiQL((state) => state.responseEditor);
  useEffect(() => {
    query?.updateOptions({ wordWrap: "on" });
    query?.setValue(opened.example.query);
    inputs?.setValue(opened.variables);
    headers?.setValue(opened.headers);
    response?.setValue("");
    variables.current = inputs;
  }, [opened, variables, query, inputs, headers, response]);
  return null;
}

interface Parameters {
  readonly query: string;
  readonly variables?: unknown;
  readonly operationName?: string | null | undefined;
}

function fetcherOf(api: Api, onExchange: ApiEditorProps["onExchange"]) {
  return async ({ query, variables, operationName }: Parameters, { headers = {} }: { headers?: Record<string, unknown> } = {}) => {
    // GraphiQL learns the name of a new document a little late; only one of several needs a name.
    const isOneOfSeveral = (query.match(/^\s*(query|mutation)\b/gm) ?? []).length > 1;
    const response = await fetch(apis[api].path, {
      method: "POST",
      headers: { ...(headers as Record<string, string>), "content-type": "application/json" },
      body: JSON.stringify({ query, variables, ...(isOneOfSeveral ? { operationName } : {}) }),
    });
    const answer: unknown = await response.json();
    onExchange({ api, variables, headers, answer });
    return answer as Record<string, never>;
  };
}
