import { buildExamples } from "./example-state.js";

const sources = import.meta.glob<string>("../schema/operations/*/*.graphql", { query: "?raw", import: "default", eager: true });

export const examples = buildExamples(
  Object.fromEntries(Object.entries(sources).map(([path, text]) => [path.replace("../schema/operations/", ""), text])),
);
