import type { Application } from "../applications/index.js";
import type { AccountServices } from "./account-services.js";

/** True when the application accepts no further users (signUp.maximumUsers). */
export async function isUserLimitReached({ users }: Pick<AccountServices, "users">, { id, settings }: Application): Promise<boolean> {
  const { maximumUsers } = settings.signUp;
  return maximumUsers > 0 && (await users.count(id)) >= maximumUsers;
}
