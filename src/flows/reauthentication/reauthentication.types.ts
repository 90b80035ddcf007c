import { Field, InputType, ObjectType } from "type-graphql";
import { DateTime, resultUnion } from "../../graphql/index.js";
import { SecondFactorRequired } from "../log-in-states.types.js";

@InputType({ description: "Credentials for reauthentication." })
export class ReauthenticateInput {
  @Field(() => String, { nullable: true, description: "Current password." })
  password?: string;
}

@ObjectType({ description: "The user was reauthenticated; sensitive operations are allowed in this session until the given time." })
export class Reauthenticated {
  @Field(() => DateTime, { description: "End of the reauthentication: five minutes after it." })
  until!: Date;
}

export const ReauthenticateResult = resultUnion({
  name: "ReauthenticateResult",
  description: "The reauthentication, a request for the second factor, or the reason for the failure.",
  states: [Reauthenticated, SecondFactorRequired],
  failures: ["INVALID_CREDENTIALS", "TOO_MANY_ATTEMPTS"],
});

export const CompleteReauthenticationResult = resultUnion({
  name: "CompleteReauthenticationResult",
  description:
    "The reauthentication; InvalidCode for a wrong code, at most five times; or ChallengeEnded, after which the user enters the password again.",
  states: [Reauthenticated],
  failures: ["INVALID_CODE", "CHALLENGE_ENDED", "TOO_MANY_ATTEMPTS"],
});
