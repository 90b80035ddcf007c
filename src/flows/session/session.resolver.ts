import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import { answer, type FlowContext } from "../../graphql/index.js";
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
      "Exchanges a single-use refresh token for new tokens. Repeating the request within the grace period of the application (10 seconds by default), e.g. after a lost response, returns the same new tokens. Repeating it later returns other tokens, which replace those of the lost response, as long as none of them has been used. Any other reuse ends the session.",
  })
  async refreshSession(
    @Arg("input", () => RefreshSessionInput) { refreshToken }: RefreshSessionInput,
    @Ctx() context: FlowContext,
  ): Promise<typeof RefreshSessionResult> {
    return answer(await this.service.refresh(context, refreshToken), context, LoggedIn.from);
  }

  @Mutation(() => JwtIssued, {
    description: "Issues a new JWT for the caller's session. The session token and the refresh token remain unchanged.",
  })
  async issueJwt(@Arg("input", () => IssueJwtInput) { profile }: IssueJwtInput, @Ctx() context: FlowContext): Promise<JwtIssued> {
    const caller = await context.authenticate();
    return Object.assign(new JwtIssued(), await this.service.issueJwt(context.application, caller, profile ?? null));
  }

  @Mutation(() => LoggedOut, { description: "Ends the caller's session. Idempotent." })
  async logOut(@Ctx() context: FlowContext): Promise<LoggedOut> {
    return Object.assign(new LoggedOut(), { sessionsEnded: await this.service.logOut(context, context.bearer) });
  }

  @Mutation(() => LoggedOut, { description: "Ends all sessions of the user, including this one." })
  async logOutEverywhere(@Ctx() context: FlowContext): Promise<LoggedOut> {
    const { user } = await context.authenticate();
    return Object.assign(new LoggedOut(), { sessionsEnded: await this.service.logOutEverywhere(context, user) });
  }

  @Mutation(() => LoggedOut, {
    description: "Ends one of the user's sessions, e.g. on a lost device. sessionsEnded is 0 if there is no such active session.",
  })
  async revokeSession(
    @Arg("input", () => RevokeSessionInput) { sessionId }: RevokeSessionInput,
    @Ctx() context: FlowContext,
  ): Promise<LoggedOut> {
    const { user } = await context.authenticate();
    return Object.assign(new LoggedOut(), { sessionsEnded: await this.service.revoke(context, user, sessionId) });
  }

  @FieldResolver(() => [SessionView], { description: "Active sessions of the user, most recently used first." })
  async sessions(@Root() { id, currentSessionId }: UserView, @Ctx() { loaders }: FlowContext): Promise<SessionView[]> {
    return (await loaders.sessionsOfUser.load(id)).map((row) => SessionView.from(row, currentSessionId));
  }
}
