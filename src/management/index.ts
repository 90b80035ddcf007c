import { applicationsArea } from "./applications/index.js";
import type { ManagementArea } from "./area.js";
import { invitationAreas } from "./invitations/index.js";
import { secondFactorsArea } from "./second-factors/index.js";
import { userAreas } from "./users/index.js";

export { ApplicationLifecycle, DEMO_APPLICATION_ID, demoValues, seedDemo } from "./applications/index.js";
export type { ManagementArea } from "./area.js";

/** Every area of the Management API. */
export const managementAreas: readonly ManagementArea[] = [applicationsArea, ...userAreas, secondFactorsArea, ...invitationAreas];
