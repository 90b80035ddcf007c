import type { ManagementArea } from "../area.js";
import { ApplicationsResolver } from "./applications.resolver.js";

export { ApplicationLifecycle } from "./application-lifecycle.js";
export { DEMO_APPLICATION_ID, demoValues, seedDemo } from "./demo.js";

export const applicationsArea: ManagementArea = {
  name: "applications",
  resolver: ApplicationsResolver,
  create: (nouns) => new ApplicationsResolver(nouns),
};
