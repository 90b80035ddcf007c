import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { type ManagementContext, toUserError } from "../../graphql/index.js";
import { ManagedUserView } from "../user.types.js";
import type { UserChangesService } from "./user-changes.service.js";
import {
  CreateUserInput,
  CreateUserResult,
  PasswordResetSent,
  SendPasswordResetResult,
  UpdateUserMetadataInput,
  UpdateUserMetadataResult,
  UserActivated,
  UserCreated,
  UserDeleted,
  UserIdInput,
  UserMetadataUpdated,
  UserSessionsEnded,
  UserSuspended,
  UserUnlocked,
} from "./user-changes.types.js";
import type { UserCreationService } from "./user-creation.service.js";

@Resolver()
export class UserChangesResolver {
  constructor(
    private readonly changes: UserChangesService,
    private readonly userCreation: UserCreationService,
  ) {}

  @Mutation(() => CreateUserResult, {
    description:
      "Creates an account without a password and sends the user an email with a code and a link for choosing one. To let the person decide whether to join, use createInvitation.",
  })
  async createUser(
    @Arg("input", () => CreateUserInput) { applicationId, email, metadata, locale }: CreateUserInput,
    @Ctx() context: ManagementContext,
  ): Promise<typeof CreateUserResult> {
    const scope = await context.requireApplication(applicationId);
    const outcome = await this.userCreation.create(scope, { email, metadata: metadata ?? {}, locale });
    if (outcome.kind === "failure") return toUserError(outcome, context.locale);
    return Object.assign(new UserCreated(), { user: ManagedUserView.from(outcome.user) });
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
    const { user, sessionsEnded } = await this.changes.suspend(scope, userId);
    return Object.assign(new UserSuspended(), { user: ManagedUserView.from(user), sessionsEnded });
  }

  @Mutation(() => UserActivated, { description: "Reactivates a suspended user. The user is notified by email." })
  async activateUser(
    @Arg("input", () => UserIdInput) { applicationId, userId }: UserIdInput,
    @Ctx() context: ManagementContext,
  ): Promise<UserActivated> {
    const scope = await context.requireApplication(applicationId);
    const { user } = await this.changes.activate(scope, userId);
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
    const { user } = await this.changes.unlock(scope, userId);
    return Object.assign(new UserUnlocked(), { user: ManagedUserView.from(user) });
  }

  @Mutation(() => UserSessionsEnded, { description: "Ends all sessions of a user. The user is not notified." })
  async endUserSessions(
    @Arg("input", () => UserIdInput) { applicationId, userId }: UserIdInput,
    @Ctx() context: ManagementContext,
  ): Promise<UserSessionsEnded> {
    const scope = await context.requireApplication(applicationId);
    const { user, sessionsEnded } = await this.changes.endSessions(scope, userId);
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
    const outcome = await this.userCreation.sendPasswordReset(scope, userId);
    if (outcome.kind === "failure") return toUserError(outcome, context.locale);
    const { expiresAt, resendAvailableAt } = outcome;
    return Object.assign(new PasswordResetSent(), { expiresAt, resendAvailableAt });
  }

  @Mutation(() => UpdateUserMetadataResult, { description: "Changes a user's metadata: any field, including roles." })
  async updateUserMetadata(
    @Arg("input", () => UpdateUserMetadataInput) { applicationId, userId, metadata }: UpdateUserMetadataInput,
    @Ctx() context: ManagementContext,
  ): Promise<typeof UpdateUserMetadataResult> {
    const scope = await context.requireApplication(applicationId);
    const outcome = await this.changes.updateMetadata(scope, userId, metadata);
    if (outcome.kind === "failure") return toUserError(outcome, context.locale);
    return Object.assign(new UserMetadataUpdated(), { user: ManagedUserView.from(outcome.user) });
  }

  @Mutation(() => UserDeleted, { description: "Permanently deletes a user and all data stored about the user. This cannot be undone." })
  async deleteUser(
    @Arg("input", () => UserIdInput) { applicationId, userId }: UserIdInput,
    @Ctx() context: ManagementContext,
  ): Promise<UserDeleted> {
    const scope = await context.requireApplication(applicationId);
    return Object.assign(new UserDeleted(), await this.changes.delete(scope, userId));
  }
}
