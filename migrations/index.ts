import { CreateGatewayTables1764000000000 } from "./1764000000000-create-gateway-tables.js";
import { CreateUserTables1764000001000 } from "./1764000001000-create-user-tables.js";
import { CreateChallengeTables1764000002000 } from "./1764000002000-create-challenge-tables.js";
import { CreateSessionAndThrottleTables1764000003000 } from "./1764000003000-create-session-and-throttle-tables.js";
import { CreateMessageTables1764000004000 } from "./1764000004000-create-message-tables.js";
import { CreateInvitationTables1764000005000 } from "./1764000005000-create-invitation-tables.js";
import { CreateApplicationSecretsTable1764000010000 } from "./1764000010000-create-application-secrets-table.js";
import { AddPhonesAndChannels1764000011000 } from "./1764000011000-add-phones-and-channels.js";
import { AddInvitersOfUsers1764000030000 } from "./1764000030000-add-inviters-of-users.js";
import { CreateSecondFactorTables1764000035000 } from "./1764000035000-create-second-factor-tables.js";
import { CreateMessageTextsTable1764000040000 } from "./1764000040000-create-message-texts-table.js";
import { AddLanes1764000041000 } from "./1764000041000-add-lanes.js";
import { CreateReadinessTable1764000042000 } from "./1764000042000-create-readiness-table.js";
import { AddLockVersions1764000043000 } from "./1764000043000-add-lock-versions.js";
import { CreateApplicationKeysTable1764000060000 } from "./1764000060000-create-application-keys-table.js";
import { AddUsersOfAuditEvents1764000061000 } from "./1764000061000-add-users-of-audit-events.js";
import { CreateSigningKeyFetchesTable1764000062000 } from "./1764000062000-create-signing-key-fetches-table.js";
import { IndexOutboxMessages1764000063000 } from "./1764000063000-index-outbox-messages.js";

/** Every migration, in order. */
export const migrations = [
  CreateGatewayTables1764000000000,
  CreateUserTables1764000001000,
  CreateChallengeTables1764000002000,
  CreateSessionAndThrottleTables1764000003000,
  CreateMessageTables1764000004000,
  CreateInvitationTables1764000005000,
  CreateApplicationSecretsTable1764000010000,
  AddPhonesAndChannels1764000011000,
  AddInvitersOfUsers1764000030000,
  CreateSecondFactorTables1764000035000,
  CreateMessageTextsTable1764000040000,
  AddLanes1764000041000,
  CreateReadinessTable1764000042000,
  AddLockVersions1764000043000,
  CreateApplicationKeysTable1764000060000,
  AddUsersOfAuditEvents1764000061000,
  CreateSigningKeyFetchesTable1764000062000,
  IndexOutboxMessages1764000063000,
];
