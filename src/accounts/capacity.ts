import type { Application } from "../applications/index.js";
import type { Nouns } from "../nouns.js";

/** True when the application takes no further users (signUp.maximumUsers). */
export async function isFull({ users }: Nouns, { id, settings }: Application): Promise<boolean> {
  const { maximumUsers } = settings.signUp;
  return maximumUsers > 0 && (await users.count(id)) >= maximumUsers;
}
