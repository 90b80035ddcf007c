import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { ManagementContext } from "../../graphql/index.js";
import { ManagedUserView } from "../user.types.js";
import { ManagedSessionView } from "./users.types.js";

const MAX_SESSIONS = 100;

@Resolver(() => ManagedUserView)
export class UsersResolver {
  @FieldResolver(() => [ManagedSessionView], { description: "Live sessions, latest use first; at most 100." })
  async sessions(@Root() { user }: ManagedUserView, @Ctx() context: ManagementContext): Promise<ManagedSessionView[]> {
    const rows = await context.loadersOf(user.applicationId).sessionsOfUser.load(user.id);
    return rows.slice(0, MAX_SESSIONS).map(ManagedSessionView.from);
  }

  @FieldResolver(() => ManagedUserView, {
    nullable: true,
    description: "The user who invited them; null for whoever came without an invitation, by the back end's, or whose inviter has left.",
  })
  async invitedBy(@Root() { user }: ManagedUserView, @Ctx() context: ManagementContext): Promise<ManagedUserView | null> {
    const inviter = user.invitedById && (await context.loadersOf(user.applicationId).userById.load(user.invitedById));
    return inviter ? ManagedUserView.from(inviter) : null;
  }
}
