import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import type { SecondFactorMethodName } from "../../domain/authenticators/index.js";
import { SecondFactorMethod } from "../../graphql/index.js";
import { ManagedUserView } from "../user.types.js";

const REASON = "Reason for the audit log, 1 to 200 characters; not shown to the user.";

@InputType({ description: "User whose second factors are removed." })
export class ResetSecondFactorInput {
  @Field(() => ID, { description: "Application of the users." })
  applicationId!: string;

  @Field(() => ID, { description: "Identifier of a user in Application.users." })
  userId!: string;

  @Field(() => String, { description: REASON })
  reason!: string;
}

@ObjectType({
  description:
    "The second factors were removed; log-in requires the password only. The user's sessions have ended, and the user was notified by email.",
})
export class SecondFactorReset {
  @Field(() => ManagedUserView, { description: "The user." })
  user!: ManagedUserView;

  @Field(() => [SecondFactorMethod], {
    description: "Methods that were removed; empty if the user had none, in which case nothing was changed.",
  })
  methods!: readonly SecondFactorMethodName[];
}

@InputType({ description: "Second factor method to remove from all users, e.g. when text messages can no longer be delivered." })
export class ResetSecondFactorsInput {
  @Field(() => ID, { description: "Application of the users." })
  applicationId!: string;

  @Field(() => SecondFactorMethod, { description: "Method to remove; factors with other methods remain." })
  method!: SecondFactorMethodName;

  @Field(() => String, { description: REASON })
  reason!: string;

  @Field(() => Int, {
    nullable: true,
    description: "The count returned by a request without confirmCount. Factors are removed only if the count is still the same.",
  })
  confirmCount?: number | null;
}

@ObjectType({ description: "Number of users with the method, and number of users from whom it was removed." })
export class SecondFactorsReset {
  @Field(() => Int, { description: "Number of users who had the method when the request was evaluated." })
  count!: number;

  @Field(() => Int, { description: "Number of users from whom the method was removed; 0 unless confirmCount equals count." })
  reset!: number;
}
