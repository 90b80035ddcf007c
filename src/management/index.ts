import { applicationsModule } from "./applications/index.js";
import { invitationModules } from "./invitations/index.js";
import type { ManagementModule } from "./management-module.js";
import { secondFactorsModule } from "./second-factors/index.js";
import { userModules } from "./users/index.js";

export { ApplicationLifecycle, DEMO_APPLICATION_ID, demoValues, KeyManagement, seedDemo } from "./applications/index.js";
export type { ManagementModule } from "./management-module.js";

export const managementModules: readonly ManagementModule[] = [
  applicationsModule,
  ...userModules,
  secondFactorsModule,
  ...invitationModules,
];
