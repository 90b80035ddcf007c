import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Resolver, Root } from "type-graphql";
import { canonicalEmail, type UserRepository } from "../../domain/users/index.js";
import { answer, type ManagementContext } from "../../graphql/index.js";
import { GatewayError } from "../../platform/errors/index.js";
import { requirePage } from "../../platform/pagination/index.js";
import { ManagedApplicationView } from "../application.types.js";
import { ManagedUserView } from "../user.types.js";
import type { UsersService } from "./users.service.js";
import {
  CreateUserInput,
  CreateUserResult,
  ManagedSessionView,
  PasswordResetSent,
  SendPasswordResetResult,
  UpdateUserMetadataInput,
  UpdateUserMetadataResult,
  UserActivated,
  UserConnection,
  UserCreated,
  UserDeleted,
  UserFilter,
  UserIdInput,
  UserMetadataUpdated,
  UserSessionsEnded,
  UserSuspended,
  UserUnlocked,
} from "./users.types.js";

/** Longer than any address can be. */
const MAX_SEARCH_LENGTH = 320;
const MAX_SESSIONS = 100;

@Resolver(() => ManagedApplicationView)
export class ApplicationUsersResolver {
  constructor(private readonly repository: UserRepository) {}

  @FieldResolver(() => UserConnection.type, { description: "Users of the application, newest first. `first` is at most 100." })
  async users(
    @Root() { id }: ManagedApplicationView,
    @Arg("filter", () => UserFilter, { nullable: true }) filterInput: UserFilter | undefined,
    @Arg("first", () => Int, { defaultValue: 20 }) first: number,
    @Arg("after", () => String, { nullable: true }) after: string | undefined,
  ): Promise<object> {
    const page = requirePage(first, after);
    const filter = toFilter(filterInput ?? {});
    return UserConnection.from(await this.repository.listPage(id, filter, page), page, () => this.repository.countMatches(id, filter));
  }

  @FieldResolver(() => ManagedUserView, {
    nullable: true,
    description: "A user of the application. Null together with FORBIDDEN if the application has no such user.",
  })
  async user(@Root() { id: applicationId }: ManagedApplicationView, @Arg("id", () => ID) id: string): Promise<ManagedUserView> {
    const user = await this.repository.findById(applicationId, id);
    if (!user) throw new GatewayError("FORBIDDEN");
    return ManagedUserView.from(user);
  }
}

@Resolver(() => ManagedUserView)
export class UsersResolver {
  constructor(private readonly service: UsersService) {}

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

  @Mutation(() => CreateUserResult, {
    description:
      "Creates an account without a password and sends the user an email with a code and a link for choosing one. To let the person decide whether to join, use createInvitation.",
  })
  async createUser(
    @Arg("input", () => CreateUserInput) { applicationId, email, metadata, locale }: CreateUserInput,
    @Ctx() context: ManagementContext,
  ): Promise<typeof CreateUserResult> {
    const scope = await context.requireApplication(applicationId);
    const outcome = await this.service.create(scope, { email, metadata: metadata ?? {}, locale });
    return answer(outcome, context, ({ user }) => Object.assign(new UserCreated(), { user: ManagedUserView.from(user) }));
  }

  @Mutation(() => UserSuspended, {
    description:
      "Suspends a user: ends all sessions, rejects log-ins and revokes the pending invitations the user has sent. The user is notified by email.",
  })
  async suspendUser(
    @Arg("input", () => UserIdInput) { applicationId, userId }: UserIdInput,
    @Ctx() context: ManagementContext,
  ): Promise<UserSuspended> {
    const scope = await context.requireApplication(applicationId);
    const { user, sessionsEnded } = await this.service.suspend(scope, userId);
    return Object.assign(new UserSuspended(), { user: ManagedUserView.from(user), sessionsEnded });
  }

  @Mutation(() => UserActivated, { description: "Reactivates a suspended user. The user is notified by email." })
  async activateUser(
    @Arg("input", () => UserIdInput) { applicationId, userId }: UserIdInput,
    @Ctx() context: ManagementContext,
  ): Promise<UserActivated> {
    const scope = await context.requireApplication(applicationId);
    const { user } = await this.service.activate(scope, userId);
    return Object.assign(new UserActivated(), { user: ManagedUserView.from(user) });
  }

  @Mutation(() => UserUnlocked, {
    description:
      "Resets the rate limits that failed passwords and codes have exhausted for this account. Limits of a network, which other users may share, remain.",
  })
  async unlockUser(
    @Arg("input", () => UserIdInput) { applicationId, userId }: UserIdInput,
    @Ctx() context: ManagementContext,
  ): Promise<UserUnlocked> {
    const scope = await context.requireApplication(applicationId);
    const { user } = await this.service.unlock(scope, userId);
    return Object.assign(new UserUnlocked(), { user: ManagedUserView.from(user) });
  }

  @Mutation(() => UserSessionsEnded, { description: "Ends all sessions of a user. The user is not notified." })
  async endUserSessions(
    @Arg("input", () => UserIdInput) { applicationId, userId }: UserIdInput,
    @Ctx() context: ManagementContext,
  ): Promise<UserSessionsEnded> {
    const scope = await context.requireApplication(applicationId);
    const { user, sessionsEnded } = await this.service.endSessions(scope, userId);
    return Object.assign(new UserSessionsEnded(), { user: ManagedUserView.from(user), sessionsEnded });
  }

  @Mutation(() => SendPasswordResetResult, {
    description:
      "Sends the user an email with a code and a link for setting a new password, at most once per minute. The current password remains valid until then.",
  })
  async sendPasswordReset(
    @Arg("input", () => UserIdInput) { applicationId, userId }: UserIdInput,
    @Ctx() context: ManagementContext,
  ): Promise<typeof SendPasswordResetResult> {
    const scope = await context.requireApplication(applicationId);
    const outcome = await this.service.sendPasswordReset(scope, userId);
    return answer(outcome, context, ({ kind: _, ...state }) => Object.assign(new PasswordResetSent(), state));
  }

  @Mutation(() => UpdateUserMetadataResult, { description: "Changes a user's metadata: any field, including roles." })
  async updateUserMetadata(
    @Arg("input", () => UpdateUserMetadataInput) { applicationId, userId, metadata }: UpdateUserMetadataInput,
    @Ctx() context: ManagementContext,
  ): Promise<typeof UpdateUserMetadataResult> {
    const scope = await context.requireApplication(applicationId);
    const outcome = await this.service.updateMetadata(scope, userId, metadata);
    return answer(outcome, context, ({ user }) => Object.assign(new UserMetadataUpdated(), { user: ManagedUserView.from(user) }));
  }

  @Mutation(() => UserDeleted, { description: "Permanently deletes a user and all data stored about the user. This cannot be undone." })
  async deleteUser(
    @Arg("input", () => UserIdInput) { applicationId, userId }: UserIdInput,
    @Ctx() context: ManagementContext,
  ): Promise<UserDeleted> {
    const scope = await context.requireApplication(applicationId);
    return Object.assign(new UserDeleted(), await this.service.delete(scope, userId));
  }
}

function toFilter({ search, isAnonymous, status }: UserFilter) {
  if (search && search.length > MAX_SEARCH_LENGTH) throw new GatewayError("BAD_USER_INPUT", { path: "filter.search" });
  return {
    // A complete address is converted to canonical form, because its domain may contain non-ASCII characters.
    ...(search ? { search: canonicalEmail(search) ?? search.trim().toLowerCase() } : {}),
    ...(isAnonymous == null ? {} : { isAnonymous }),
    ...(status == null ? {} : { status }),
  };
}
