import { Field, ObjectType } from "type-graphql";
import type { User } from "../domain/users/index.js";
import { DateTime } from "../graphql/index.js";
import { UserView } from "./user.types.js";

@ObjectType({ description: "A code was queued for delivery." })
export class CodeSent {
  @Field(() => DateTime, { description: "Expiry of the code." })
  expiresAt!: Date;

  @Field(() => DateTime, { description: "Earliest time at which another message is sent." })
  resendAvailableAt!: Date;
}

@ObjectType()
export abstract class UserResult {
  @Field(() => UserView, { description: "The user." })
  user!: UserView;

  /** The result of this class for a user, as the given session sees them. */
  static from<Result extends UserResult>(this: new () => Result, user: User, sessionId: string): Result {
    return Object.assign(new this(), { user: UserView.from(user, sessionId) });
  }
}

@ObjectType({ description: "The updated user. Call issueJwt for a JWT that contains the change." })
export class ProfileUpdated extends UserResult {}
