import type { Flow } from "../flow.js";
import { ApplicationResolver } from "./application.resolver.js";

export const applicationFlow: Flow = {
  name: "application",
  resolver: ApplicationResolver,
  create: () => new ApplicationResolver(),
  messages: [],
};
