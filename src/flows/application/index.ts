import type { Flow } from "../flow.js";
import { ApplicationResolver } from "./application.resolver.js";

export const applicationFlow: Flow = {
  resolver: ApplicationResolver,
  create: () => new ApplicationResolver(),
};
