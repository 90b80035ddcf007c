import { createUnionType, Field, InputType, ObjectType } from "type-graphql";
import { ChallengeEnded, InvalidCode, InvalidCredentials, TooManyAttempts } from "../../errors/index.js";
import { SecondFactorRequired } from "../../sessions/index.js";
import { DateTime } from "../../users/index.js";

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

export const ReauthenticateResult = createUnionType({
  name: "ReauthenticateResult",
  description: "Proved, or the second factor is still to be proved, or refused.",
  types: () => [Reauthenticated, SecondFactorRequired, InvalidCredentials, TooManyAttempts] as const,
});

export const CompleteReauthenticationResult = createUnionType({
  name: "CompleteReauthenticationResult",
  description: "Proved; or the code is wrong (five times at most), or the challenge has ended and the password is asked for again.",
  types: () => [Reauthenticated, InvalidCode, ChallengeEnded, TooManyAttempts] as const,
});
