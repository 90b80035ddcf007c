import { flows } from "../flows/index.js";
import { buildPublishedSchema } from "../graphql/index.js";
import type { Schemas } from "../http/index.js";
import { managementModules } from "../management/index.js";

const oneOfInputs = ["AddressInput", "HandleInput", "ReauthenticateInput", "SecondFactorProofInput"];

let building: Promise<Schemas> | undefined;

/** Both schemas, built once per process. */
export function buildSchemas(): Promise<Schemas> {
  building ??= build();
  return building;
}

async function build(): Promise<Schemas> {
  const resolversOf = (parts: readonly { readonly resolver: unknown }[]) => parts.map(({ resolver }) => resolver);
  // Sequential, because TypeGraphQL keeps its build options in global state.
  const authentication = await buildPublishedSchema(resolversOf(flows), oneOfInputs);
  const management = await buildPublishedSchema(resolversOf(managementModules), []);
  return { authentication, management };
}
