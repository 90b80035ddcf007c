import { Field, ObjectType } from "type-graphql";
import { DateTime } from "../graphql/index.js";
import { UserView } from "./user.types.js";

@ObjectType({ description: "A code is on its way." })
export class CodeSent {
  @Field(() => DateTime, { description: "Until when the code is good." })
  expiresAt!: Date;

  @Field(() => DateTime, { description: "Before this instant nothing is sent again." })
  resendAvailableAt!: Date;
}

@ObjectType({ description: "The user as it is now. A fresh JWT carries the change: issueJwt." })
export class ProfileUpdated {
  @Field(() => UserView, { description: "The user." })
  user!: UserView;
}
