import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { ManagementContext } from "../../graphql/index.js";
import { ManagedUserView } from "../user.types.js";
import { ManagedSessionView } from "./users.types.js";

const MAX_SESSIONS = 100;

@Resolver(() => ManagedUserView)
export class UsersResolver {
  @FieldResolver(() => [ManagedSessionView], { description: "Active sessions, most recently used first; at most 100." })
  async sessions(@Root() { user }: ManagedUserView, @Ctx() context: ManagementContext): Promise<ManagedSessionView[]> {
    const rows = await context.loadersOf(user.applicationId).sessionsOfUser.load(user.id);
    return rows.slice(0, MAX_SESSIONS).map(ManagedSessionView.from);
  }

  @FieldResolver(() => ManagedUserView, {
    nullable: true,
    description: "The user who sent the accepted invitation; null if there was none, the back end sent it, or the inviter was deleted.",
  })
  async invitedBy(@Root() { user }: ManagedUserView, @Ctx() context: ManagementContext): Promise<ManagedUserView | null> {
    const inviter = user.invitedById && (await context.loadersOf(user.applicationId).userById.load(user.invitedById));
    return inviter ? ManagedUserView.from(inviter) : null;
  }
}
