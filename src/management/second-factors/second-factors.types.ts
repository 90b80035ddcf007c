import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import type { SecondFactorMethodName } from "../../domain/authenticators/index.js";
import { SecondFactorMethod } from "../../graphql/index.js";
import { ManagedUserView } from "../user.types.js";

const REASON = "Why, for the record: 1 to 200 characters. The user is not shown it.";

@InputType({ description: "Whose second factors to take away." })
export class ResetSecondFactorInput {
  @Field(() => ID, { description: "The application." })
  applicationId!: string;

  @Field(() => ID, { description: "One of its users." })
  userId!: string;

  @Field(() => String, { description: REASON })
  reason!: string;
}

@ObjectType({ description: "The password alone logs in. The user's sessions have ended and the user was told by mail." })
export class SecondFactorReset {
  @Field(() => ManagedUserView, { description: "The user." })
  user!: ManagedUserView;

  @Field(() => [SecondFactorMethod], { description: "What was in force; empty when nothing was, and then nothing happened." })
  methods!: readonly SecondFactorMethodName[];
}

@InputType({ description: "Which second factors to take away from everybody, e.g. when text messages stop working." })
export class ResetSecondFactorsInput {
  @Field(() => ID, { description: "The application." })
  applicationId!: string;

  @Field(() => SecondFactorMethod, { description: "The method; factors of the other one stay." })
  method!: SecondFactorMethodName;

  @Field(() => String, { description: REASON })
  reason!: string;

  @Field(() => Int, {
    nullable: true,
    description: "The count of an answer without it: only if it still holds anything is taken away.",
  })
  confirmCount?: number | null;
}

@ObjectType({ description: "How many users have the method in force, and from how many it was taken." })
export class SecondFactorsReset {
  @Field(() => Int, { description: "Users who had it in force when this was asked." })
  count!: number;

  @Field(() => Int, { description: "Users from whom it was taken: 0 unless confirmCount was the count." })
  reset!: number;
}
