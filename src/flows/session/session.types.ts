import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import type { SessionEntity } from "../../domain/sessions/index.js";
import { DateTime, resultUnion } from "../../graphql/index.js";
import { LoggedIn } from "../log-in-states.types.js";

@ObjectType("Session", { description: "One log-in on one device." })
export class SessionView {
  @Field(() => ID, { description: "Opaque; not a token." })
  id!: string;

  @Field(() => DateTime, { description: "When it was opened." })
  createdAt!: Date;

  @Field(() => DateTime, { description: "When it was last refreshed." })
  lastUsedAt!: Date;

  @Field(() => String, { nullable: true, description: "What the client called itself when it logged in; at most 256 characters." })
  userAgent!: string | null;

  @Field(() => Boolean, { description: "True for the session this request is made with." })
  isCurrent!: boolean;

  @Field(() => DateTime, { description: "When the user last proved who they are in this session." })
  authenticatedAt!: Date;

  static from({ id, createdAt, lastUsedAt, userAgent, authenticatedAt }: SessionEntity, currentId: string): SessionView {
    return Object.assign(new SessionView(), { id, createdAt, lastUsedAt, userAgent, authenticatedAt, isCurrent: id === currentId });
  }
}

@InputType({ description: "Which session." })
export class RevokeSessionInput {
  @Field(() => ID, { description: "One of me.sessions." })
  sessionId!: string;
}

@InputType({ description: "The token to exchange." })
export class RefreshSessionInput {
  @Field(() => String, { description: "The refreshToken of the last answer." })
  refreshToken!: string;
}

@InputType({ description: "What the token is for." })
export class IssueJwtInput {
  @Field(() => String, { nullable: true, description: "Leave it out: the application has one kind of token, Realm's." })
  profile?: string | null;
}

@ObjectType({ description: "A fresh token for Realm or your own API." })
export class JwtIssued {
  @Field(() => String, { description: "Signed with RS256; verify it with the application's published keys." })
  jwt!: string;

  @Field(() => DateTime, { description: "When it expires." })
  expiresAt!: Date;
}

@ObjectType({ description: "The session has ended; its tokens no longer work here." })
export class LoggedOut {
  @Field(() => Int, { description: "How many sessions this request ended; 0 when it had ended before." })
  sessionsEnded!: number;
}

export const RefreshSessionResult = resultUnion({
  name: "RefreshSessionResult",
  description: "New tokens; or SessionEnded, and the user logs in again.",
  states: [LoggedIn],
  failures: ["SESSION_ENDED", "TOO_MANY_ATTEMPTS"],
});
