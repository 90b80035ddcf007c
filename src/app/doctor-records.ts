import type { Finding } from "../cli/index.js";
import { ApplicationRepository, rotatesUnnamedKeys, toApplication } from "../domain/applications/index.js";
import { SigningKeyRepository } from "../domain/jwt/index.js";
import { DeliveryRepository } from "../domain/messaging/index.js";
import { addSeconds } from "../platform/clock.js";
import type { Database } from "../platform/database/index.js";

const DAY_SECONDS = 86_400;
const MAX_KEY_AGE_DAYS = 365;
const MAX_APPLICATIONS = 1000;
/** Ids that are named in one finding. */
const MAX_NAMED = 5;

/** Checks what the gateway has recorded: failed messages, and keys. */
export async function checkRecords(database: Database, now: Date): Promise<Finding[]> {
  return [await checkDeliveries(database, now), ...(await checkKeys(database, now))];
}

async function checkDeliveries(database: Database, now: Date): Promise<Finding> {
  const failed = await new DeliveryRepository(database).countFailed(addSeconds(now, -DAY_SECONDS));
  if (failed === 0) return { check: "deliveries", status: "ok", detail: "no message failed in the last 24 hours" };
  const detail = `${failed} messages failed or expired in the last 24 hours: deliveries list shows why`;
  return { check: "deliveries", status: "warning", detail };
}

async function checkKeys(database: Database, now: Date): Promise<Finding[]> {
  const yearAgo = addSeconds(now, -MAX_KEY_AGE_DAYS * DAY_SECONDS);
  const oldSigningKeys = await new SigningKeyRepository(database).listApplicationsUsingSince(yearAgo, MAX_APPLICATIONS);
  const applications = new ApplicationRepository(database);
  const oldSecretKeys = await applications.listWithSecretKeysBefore(yearAgo, MAX_APPLICATIONS);
  const unnamed = (await applications.list(MAX_APPLICATIONS)).map(toApplication).filter(({ settings }) => rotatesUnnamedKeys(settings));
  const age: Finding[] = [
    ...warn("signing keys", oldSigningKeys, "have signed for more than a year with the same key: keys rotate"),
    ...warn("secret keys", oldSecretKeys, "have a secret key that is older than a year: secret-keys rotate"),
  ];
  return [
    ...(age.length > 0 ? age : [{ check: "keys", status: "ok", detail: "no signing or secret key is older than a year" } as const]),
    ...warn(
      "key rotation",
      unnamed.map(({ id }) => id),
      "have token.rotationDays with token.sendKeyId=false, so their keys are not rotated automatically: change one of the settings",
    ),
  ];
}

function warn(check: string, ids: readonly string[], problem: string): Finding[] {
  if (ids.length === 0) return [];
  const more = ids.length > MAX_NAMED ? ", ..." : "";
  const detail = `${ids.length} applications ${problem} (${ids.slice(0, MAX_NAMED).join(", ")}${more})`;
  return [{ check, status: "warning", detail }];
}
