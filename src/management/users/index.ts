import type { ManagementModule } from "../management-module.js";
import { messages } from "./messages.js";
import { UserChangesResolver } from "./user-changes.resolver.js";
import { UserChangesService } from "./user-changes.service.js";
import { UserCreationService } from "./user-creation.service.js";
import { UserListResolver } from "./user-list.resolver.js";
import { UsersResolver } from "./users.resolver.js";

export const userModules: readonly ManagementModule[] = [
  { name: "user-list", resolver: UserListResolver, create: (services) => new UserListResolver(services.users) },
  { name: "users", resolver: UsersResolver, create: () => new UsersResolver() },
  {
    name: "user-changes",
    resolver: UserChangesResolver,
    create: (services) => new UserChangesResolver(new UserChangesService(services), new UserCreationService(services)),
    messages,
  },
];
