import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import { type FlowContext, toUserError } from "../../graphql/index.js";
import { LoggedIn } from "../log-in-states.types.js";
import { UserView } from "../user.types.js";
import type { SessionService } from "./session.service.js";
import {
  IssueJwtInput,
  JwtIssued,
  LoggedOut,
  RefreshSessionInput,
  RefreshSessionResult,
  RevokeSessionInput,
  SessionView,
} from "./session.types.js";

@Resolver(() => UserView)
export class SessionResolver {
  constructor(private readonly service: SessionService) {}

  @Mutation(() => RefreshSessionResult, {
    description:
      "Exchanges a refresh token for new tokens; each works once. The same token again within a grace of 10 seconds or what the application sets (a lost answer) gets the same new ones; later it ends the session.",
  })
  async refreshSession(
    @Arg("input", () => RefreshSessionInput) { refreshToken }: RefreshSessionInput,
    @Ctx() context: FlowContext,
  ): Promise<typeof RefreshSessionResult> {
    const outcome = await this.service.refresh(context, refreshToken);
    return outcome.kind === "failure" ? toUserError(outcome, context.locale) : LoggedIn.from(outcome);
  }

  @Mutation(() => JwtIssued, { description: "A fresh JWT for the caller's session; the session's own tokens stay as they are." })
  async issueJwt(@Arg("input", () => IssueJwtInput) { profile }: IssueJwtInput, @Ctx() context: FlowContext): Promise<JwtIssued> {
    const caller = await context.authenticate();
    return Object.assign(new JwtIssued(), await this.service.issueJwt(context.application, caller, profile ?? null));
  }

  @Mutation(() => LoggedOut, { description: "Ends the caller's session. Asking again does no harm." })
  async logOut(@Ctx() context: FlowContext): Promise<LoggedOut> {
    return Object.assign(new LoggedOut(), { sessionsEnded: await this.service.logOut(context, context.bearer) });
  }

  @Mutation(() => LoggedOut, { description: "Ends all of the user's sessions, this one too." })
  async logOutEverywhere(@Ctx() context: FlowContext): Promise<LoggedOut> {
    const { user } = await context.authenticate();
    return Object.assign(new LoggedOut(), { sessionsEnded: await this.service.logOutEverywhere(context, user) });
  }

  @Mutation(() => LoggedOut, {
    description: "Ends one of the user's sessions, e.g. on a lost device. 0 when there is no such live session.",
  })
  async revokeSession(
    @Arg("input", () => RevokeSessionInput) { sessionId }: RevokeSessionInput,
    @Ctx() context: FlowContext,
  ): Promise<LoggedOut> {
    const { user } = await context.authenticate();
    return Object.assign(new LoggedOut(), { sessionsEnded: await this.service.revoke(context, user, sessionId) });
  }

  @FieldResolver(() => [SessionView], { description: "The user's live sessions, last used first." })
  async sessions(@Root() { id, currentSessionId }: UserView, @Ctx() { loaders }: FlowContext): Promise<SessionView[]> {
    return (await loaders.sessionsOfUser.load(id)).map((row) => SessionView.from(row, currentSessionId));
  }
}
