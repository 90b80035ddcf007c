import { buildSchema, type GraphQLSchema } from "graphql";
import { createRoot } from "react-dom/client";
import type { Api } from "./example-state.js";
import { type Context, Playground } from "./playground.js";
import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "./style.css";

const root = createRoot(document.getElementById("root") as HTMLElement);

/** The published contract: introspection is off in production. */
async function readSchema(api: Api): Promise<GraphQLSchema> {
  const response = await fetch(`schema/${api}.graphql`);
  if (!response.ok) throw new Error(`Cannot load the schema of the ${api} API: ${response.status}`);
  return buildSchema(await response.text());
}

/** The Demo application's keys, in development. */
async function readContext(): Promise<Context> {
  const response = await fetch("playground/context.json");
  return response.ok ? await response.json() : {};
}

Promise.all([readSchema("authentication"), readSchema("management"), readContext()]).then(
  ([authentication, management, context]) => root.render(<Playground schemas={{ authentication, management }} context={context} />),
  (error: unknown) => root.render(<p role="alert">{String(error)}</p>),
);
