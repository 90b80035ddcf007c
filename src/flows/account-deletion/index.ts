import type { Flow } from "../flow.js";
import { AccountDeletionResolver } from "./account-deletion.resolver.js";
import { AccountDeletionService } from "./account-deletion.service.js";
import { accountDeleted } from "./messages/index.js";

export const accountDeletionFlow: Flow = {
  name: "account-deletion",
  resolver: AccountDeletionResolver,
  create: (nouns) => new AccountDeletionResolver(new AccountDeletionService(nouns)),
  messages: [accountDeleted],
};
