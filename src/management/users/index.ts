import type { ManagementArea } from "../area.js";
import { accountActivated, accountCreated, accountSuspended } from "./messages/index.js";
import { NewUserService } from "./new-user.service.js";
import { UserChangesResolver } from "./user-changes.resolver.js";
import { UserChangesService } from "./user-changes.service.js";
import { UserListResolver } from "./user-list.resolver.js";
import { UsersResolver } from "./users.resolver.js";

export const userAreas: readonly ManagementArea[] = [
  { name: "user-list", resolver: UserListResolver, create: (nouns) => new UserListResolver(nouns.users) },
  { name: "users", resolver: UsersResolver, create: () => new UsersResolver() },
  {
    name: "user-changes",
    resolver: UserChangesResolver,
    create: (nouns) => new UserChangesResolver(new UserChangesService(nouns), new NewUserService(nouns)),
    messages: [accountCreated, accountSuspended, accountActivated],
  },
];
