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

@ObjectType({ description: "The updated user. Call issueJwt for a JWT that contains the change." })
export class ProfileUpdated {
  @Field(() => UserView, { description: "The user." })
  user!: UserView;

  static from(user: User, sessionId: string): ProfileUpdated {
    return Object.assign(new ProfileUpdated(), { user: UserView.from(user, sessionId) });
  }
}
