import { Arg, Ctx, FieldResolver, Int, Mutation, Resolver, Root } from "type-graphql";
import { chooseLocale } from "../../domain/applications/index.js";
import { answer, type FlowContext } from "../../graphql/index.js";
import { GatewayError } from "../../platform/errors/index.js";
import { requirePage } from "../../platform/pagination/index.js";
import { emailOf } from "../handle.types.js";
import { type LoggedIn, type SecondFactorEnrollmentRequired, toLogInState } from "../log-in-states.types.js";
import { UserView } from "../user.types.js";
import type { InvitationService, InvitedOutcome } from "./invitation.service.js";
import {
  AcceptInvitationInput,
  AcceptInvitationResult,
  InvitationIdInput,
  InvitationRevoked,
  InvitationSent,
  InviteInput,
  InviteResult,
} from "./invitation.types.js";
import type { InvitationAcceptanceService } from "./invitation-acceptance.service.js";
import { InvitationConnection, InvitationView } from "./invitation-view.types.js";

@Resolver(() => UserView)
export class InvitationResolver {
  constructor(
    private readonly service: InvitationService,
    private readonly acceptance: InvitationAcceptanceService,
  ) {}

  @Mutation(() => InviteResult, {
    description:
      "Invites a person to the application by email. Inviting the same address again sends a new code and replaces the metadata.",
  })
  async invite(@Arg("input", () => InviteInput) input: InviteInput, @Ctx() context: FlowContext): Promise<typeof InviteResult> {
    const { user } = await context.authenticate();
    const { application } = context;
    const locale = chooseLocale(application, [input.locale ?? user.locale]);
    const command = { handle: emailOf(input.handle), metadata: input.metadata ?? {}, locale };
    return answer(await this.service.invite(context, user, command), context, toSent);
  }

  @Mutation(() => InviteResult, {
    description: "Sends a pending or expired invitation again, with a new code and the full lifetime.",
  })
  async resendInvitation(
    @Arg("input", () => InvitationIdInput) { invitationId }: InvitationIdInput,
    @Ctx() context: FlowContext,
  ): Promise<typeof InviteResult> {
    const { user } = await context.authenticate();
    return answer(await this.service.resend(context, user, invitationId), context, toSent);
  }

  @Mutation(() => InvitationRevoked, { description: "Revokes an invitation; its code is no longer valid." })
  async revokeInvitation(
    @Arg("input", () => InvitationIdInput) { invitationId }: InvitationIdInput,
    @Ctx() context: FlowContext,
  ): Promise<InvitationRevoked> {
    const { user } = await context.authenticate();
    const invitation = await this.service.revoke(context, user, invitationId);
    return Object.assign(new InvitationRevoked(), { invitation: InvitationView.from(invitation) });
  }

  @Mutation(() => AcceptInvitationResult, {
    description: "Accepts an invitation with the emailed code: creates the account and logs the user in.",
  })
  async acceptInvitation(
    @Arg("input", () => AcceptInvitationInput) { handle, code, password, metadata, locale }: AcceptInvitationInput,
    @Ctx() context: FlowContext,
  ): Promise<typeof AcceptInvitationResult> {
    const { application } = context;
    const requestedLocale = locale ? chooseLocale(application, [locale]) : null;
    const command = { handle: emailOf(handle), code, password, metadata: metadata ?? {}, locale: requestedLocale };
    return answer(await this.acceptance.accept(context, command), context, toLogInState<LoggedIn | SecondFactorEnrollmentRequired>);
  }

  @FieldResolver(() => InvitationConnection.type, { description: "Invitations sent by the user, newest first. `first` is at most 100." })
  async invitations(
    @Root() { id }: UserView,
    @Arg("first", () => Int, { defaultValue: 20 }) first: number,
    @Arg("after", () => String, { nullable: true }) after: string | undefined,
    @Ctx() context: FlowContext,
  ): Promise<object> {
    const { user } = await context.authenticate();
    if (user.id !== id) throw new GatewayError("FORBIDDEN");
    const page = requirePage(first, after);
    return InvitationConnection.from(await this.service.listPage(user, page), page);
  }
}

const toSent = ({ invitation }: InvitedOutcome) => Object.assign(new InvitationSent(), { invitation: InvitationView.from(invitation) });
