import { addSeconds } from "../../platform/clock.js";
import type { Application } from "../applications/index.js";
import type { SessionEntity } from "./session.entity.js";

const DAY_SECONDS = 86_400;

const earlierOf = (a: Date, b: Date) => (a < b ? a : b);

/** Expiry of a session and of its session token, after new tokens were issued at `now`: no token outlives the session. */
export function expiriesAt(
  now: Date,
  { settings }: Pick<Application, "settings">,
  absoluteExpiresAt: Date,
): Pick<SessionEntity, "idleExpiresAt" | "sessionTokenExpiresAt"> {
  const { idleDays, sessionTokenMinutes } = settings.session;
  const idleExpiresAt = earlierOf(addSeconds(now, idleDays * DAY_SECONDS), absoluteExpiresAt);
  return { idleExpiresAt, sessionTokenExpiresAt: earlierOf(addSeconds(now, sessionTokenMinutes * 60), idleExpiresAt) };
}

/** Absolute expiry of a session opened at `now`. */
export const absoluteExpiryAt = (now: Date, { settings }: Pick<Application, "settings">) =>
  addSeconds(now, settings.session.absoluteDays * DAY_SECONDS);
