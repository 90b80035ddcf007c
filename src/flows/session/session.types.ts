import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import type { SessionEntity } from "../../domain/sessions/index.js";
import { DateTime, resultUnion, SessionFields } from "../../graphql/index.js";
import { LoggedIn } from "../log-in-states.types.js";

@ObjectType("Session", { description: "A session: one log-in on one device." })
export class SessionView extends SessionFields {
  @Field(() => Boolean, { description: "Whether this request belongs to the session." })
  isCurrent!: boolean;

  @Field(() => DateTime, { description: "Time of the last log-in or reauthentication in this session." })
  authenticatedAt!: Date;

  static from({ id, createdAt, lastUsedAt, userAgent, authenticatedAt }: SessionEntity, currentId: string): SessionView {
    return Object.assign(new SessionView(), { id, createdAt, lastUsedAt, userAgent, authenticatedAt, isCurrent: id === currentId });
  }
}

@InputType({ description: "Identifies a session." })
export class RevokeSessionInput {
  @Field(() => ID, { description: "Identifier of a session in me.sessions." })
  sessionId!: string;
}

@InputType({ description: "Refresh token to exchange." })
export class RefreshSessionInput {
  @Field(() => String, { description: "The most recently issued refreshToken." })
  refreshToken!: string;
}

@InputType({ description: "Options of the JWT." })
export class IssueJwtInput {
  @Field(() => String, { nullable: true, description: "Reserved: applications currently have one kind of JWT, so omit it." })
  profile?: string | null;
}

@ObjectType({ description: "A new JWT for Realm or your own API." })
export class JwtIssued {
  @Field(() => String, { description: "JWT signed with RS256; verify it with the application's published key set." })
  jwt!: string;

  @Field(() => DateTime, { description: "Expiry of the JWT." })
  expiresAt!: Date;
}

@ObjectType({ description: "The session has ended; the gateway no longer accepts its tokens." })
export class LoggedOut {
  @Field(() => Int, { description: "Number of sessions this request ended; 0 if the session had already ended." })
  sessionsEnded!: number;
}

export const RefreshSessionResult = resultUnion({
  name: "RefreshSessionResult",
  description: "New tokens, or the reason for the failure; after SessionEnded the user must log in again.",
  states: [LoggedIn],
  failures: ["SESSION_ENDED", "TOO_MANY_ATTEMPTS"],
});
