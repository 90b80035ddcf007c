import type { ManagementModule } from "../management-module.js";
import { messages } from "./messages.js";
import { ApplicationUsersResolver, UsersResolver } from "./users.resolver.js";
import { UsersService } from "./users.service.js";

export const userModules: readonly ManagementModule[] = [
  { resolver: ApplicationUsersResolver, create: ({ users }) => new ApplicationUsersResolver(users) },
  { resolver: UsersResolver, create: (services) => new UsersResolver(new UsersService(services)), messages },
];
