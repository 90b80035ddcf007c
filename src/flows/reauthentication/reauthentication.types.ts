import { Field, InputType, ObjectType } from "type-graphql";
import { DateTime, resultUnion } from "../../graphql/index.js";
import { SecondFactorRequired } from "../log-in-states.types.js";

@InputType({ description: "Whatever opened the account proves its owner again." })
export class ReauthenticateInput {
  @Field(() => String, { nullable: true, description: "The current password." })
  password?: string;
}

@ObjectType({ description: "It is you: what cannot be undone is allowed in this session until then." })
export class Reauthenticated {
  @Field(() => DateTime, { description: "Five minutes from now." })
  until!: Date;
}

export const ReauthenticateResult = resultUnion({
  name: "ReauthenticateResult",
  description: "Proved, or the second factor is still to be proved, or refused.",
  states: [Reauthenticated, SecondFactorRequired],
  failures: ["INVALID_CREDENTIALS", "TOO_MANY_ATTEMPTS"],
});

export const CompleteReauthenticationResult = resultUnion({
  name: "CompleteReauthenticationResult",
  description: "Proved; or the code is wrong (five times at most), or the challenge has ended and the password is asked for again.",
  states: [Reauthenticated],
  failures: ["INVALID_CODE", "CHALLENGE_ENDED", "TOO_MANY_ATTEMPTS"],
});
