import { Arg, Ctx, FieldResolver, Int, Mutation, Resolver, Root } from "type-graphql";
import type { InvitationFilter, Invitations } from "../../domain/invitations/index.js";
import { answer, InvitationStatus, type ManagementContext } from "../../graphql/index.js";
import { requirePage } from "../../platform/pagination/index.js";
import { ManagedApplicationView } from "../application.types.js";
import { ManagedUserView } from "../user.types.js";
import type { InvitationsService, SentOutcome } from "./invitations.service.js";
import {
  CreateInvitationInput,
  CreateInvitationResult,
  ManagedInvitationConnection,
  ManagedInvitationIdInput,
  ManagedInvitationRevoked,
  ManagedInvitationSent,
  ManagedInvitationView,
  ResendInvitationResult,
} from "./invitations.types.js";

@Resolver(() => ManagedApplicationView)
export class ApplicationInvitationsResolver {
  constructor(private readonly repository: Invitations) {}

  @FieldResolver(() => ManagedInvitationConnection.type, {
    description: "Invitations of the application, sent by users and by the back end, newest first. `first` is at most 100.",
  })
  async invitations(
    @Root() { id }: ManagedApplicationView,
    @Arg("status", () => InvitationStatus, { nullable: true, description: "Only invitations with this status." }) status:
      | InvitationFilter["status"]
      | null,
    @Arg("first", () => Int, { defaultValue: 20 }) first: number,
    @Arg("after", () => String, { nullable: true }) after: string | undefined,
  ): Promise<object> {
    const page = requirePage(first, after);
    return ManagedInvitationConnection.from(await this.repository.listPage(id, status == null ? {} : { status }, page), page);
  }
}

@Resolver(() => ManagedInvitationView)
export class InvitationsResolver {
  constructor(private readonly service: InvitationsService) {}

  @Mutation(() => CreateInvitationResult, {
    description:
      "Invites a person to the application by email. Inviting the same address again sends a new code and replaces the metadata.",
  })
  async createInvitation(
    @Arg("input", () => CreateInvitationInput) { applicationId, email, metadata, locale }: CreateInvitationInput,
    @Ctx() context: ManagementContext,
  ): Promise<typeof CreateInvitationResult> {
    const scope = await context.requireApplication(applicationId);
    return answer(await this.service.create(scope, { email, metadata: metadata ?? {}, locale }), context, toSent);
  }

  @Mutation(() => ResendInvitationResult, {
    description: "Sends a pending or expired invitation again, with a new code and the full lifetime. FORBIDDEN for any other invitation.",
  })
  async resendInvitation(
    @Arg("input", () => ManagedInvitationIdInput) { applicationId, invitationId }: ManagedInvitationIdInput,
    @Ctx() context: ManagementContext,
  ): Promise<typeof ResendInvitationResult> {
    const scope = await context.requireApplication(applicationId);
    return answer(await this.service.resend(scope, invitationId), context, toSent);
  }

  @Mutation(() => ManagedInvitationRevoked, {
    description: "Revokes an invitation; its code is no longer valid. FORBIDDEN for an accepted invitation.",
  })
  async revokeInvitation(
    @Arg("input", () => ManagedInvitationIdInput) { applicationId, invitationId }: ManagedInvitationIdInput,
    @Ctx() context: ManagementContext,
  ): Promise<ManagedInvitationRevoked> {
    const scope = await context.requireApplication(applicationId);
    const invitation = await this.service.revoke(scope, invitationId);
    return Object.assign(new ManagedInvitationRevoked(), { invitation: ManagedInvitationView.from(invitation) });
  }

  @FieldResolver(() => ManagedUserView, {
    nullable: true,
    description: "The user who sent the invitation; null if the back end sent it or the user was deleted.",
  })
  async inviter(@Root() { invitation }: ManagedInvitationView, @Ctx() context: ManagementContext): Promise<ManagedUserView | null> {
    const { applicationId, inviterId } = invitation;
    const inviter = inviterId && (await context.loadersOf(applicationId).userById.load(inviterId));
    return inviter ? ManagedUserView.from(inviter) : null;
  }
}

const toSent = ({ invitation }: SentOutcome) =>
  Object.assign(new ManagedInvitationSent(), { invitation: ManagedInvitationView.from(invitation) });
