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
      "Makes an account without a password and mails its owner a code and a link to choose one. To let people decide, invite them.",
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
    description: "Shuts a user out: ends all sessions, refuses log-in, voids pending invitations they sent.",
  })
  async suspendUser(
    @Arg("input", () => UserIdInput) { applicationId, userId }: UserIdInput,
    @Ctx() context: ManagementContext,
  ): Promise<UserSuspended> {
    const scope = await context.requireApplication(applicationId);
    const { user, sessionsEnded } = await this.changes.suspend(scope, userId);
    return Object.assign(new UserSuspended(), { user: ManagedUserView.from(user), sessionsEnded });
  }

  @Mutation(() => UserActivated, { description: "Lets a suspended user in again." })
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
      "Takes away the waits that wrong passwords and codes have brought this account. Waits of a whole network, which many share, stay.",
  })
  async unlockUser(
    @Arg("input", () => UserIdInput) { applicationId, userId }: UserIdInput,
    @Ctx() context: ManagementContext,
  ): Promise<UserUnlocked> {
    const scope = await context.requireApplication(applicationId);
    const { user } = await this.changes.unlock(scope, userId);
    return Object.assign(new UserUnlocked(), { user: ManagedUserView.from(user) });
  }

  @Mutation(() => UserSessionsEnded, { description: "Logs a user out everywhere, from the next request on. Nobody is told." })
  async endUserSessions(
    @Arg("input", () => UserIdInput) { applicationId, userId }: UserIdInput,
    @Ctx() context: ManagementContext,
  ): Promise<UserSessionsEnded> {
    const scope = await context.requireApplication(applicationId);
    const { user, sessionsEnded } = await this.changes.endSessions(scope, userId);
    return Object.assign(new UserSessionsEnded(), { user: ManagedUserView.from(user), sessionsEnded });
  }

  @Mutation(() => SendPasswordResetResult, {
    description: "Mails the user a code and a link for a new password, at most one a minute. The password stays until they choose another.",
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

  @Mutation(() => UpdateUserMetadataResult, { description: "Changes a user's metadata: any field, roles included." })
  async updateUserMetadata(
    @Arg("input", () => UpdateUserMetadataInput) { applicationId, userId, metadata }: UpdateUserMetadataInput,
    @Ctx() context: ManagementContext,
  ): Promise<typeof UpdateUserMetadataResult> {
    const scope = await context.requireApplication(applicationId);
    const outcome = await this.changes.updateMetadata(scope, userId, metadata);
    if (outcome.kind === "failure") return toUserError(outcome, context.locale);
    return Object.assign(new UserMetadataUpdated(), { user: ManagedUserView.from(outcome.user) });
  }

  @Mutation(() => UserDeleted, { description: "Deletes a user for good, with everything kept about them. There is no way back." })
  async deleteUser(
    @Arg("input", () => UserIdInput) { applicationId, userId }: UserIdInput,
    @Ctx() context: ManagementContext,
  ): Promise<UserDeleted> {
    const scope = await context.requireApplication(applicationId);
    return Object.assign(new UserDeleted(), await this.changes.delete(scope, userId));
  }
}
