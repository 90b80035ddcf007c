import type { Flow } from "../flow.js";
import { AccountDeletionResolver } from "./account-deletion.resolver.js";
import { AccountDeletionService } from "./account-deletion.service.js";
import { messages } from "./messages.js";

export const accountDeletionFlow: Flow = {
  resolver: AccountDeletionResolver,
  create: (services) => new AccountDeletionResolver(new AccountDeletionService(services)),
  messages,
};
