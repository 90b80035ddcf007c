import type { ManagementModule } from "../management-module.js";
import { ApplicationsResolver } from "./applications.resolver.js";

export { ApplicationLifecycle } from "./application-lifecycle.js";
export { DEMO_APPLICATION_ID, demoValues, seedDemo } from "./demo.js";
export { KeyManagement } from "./key-management.js";

export const applicationsModule: ManagementModule = {
  resolver: ApplicationsResolver,
  create: (services) => new ApplicationsResolver(services),
};
