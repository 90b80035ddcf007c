import { createUnionType, Field, InputType } from "type-graphql";
import { AccountSuspended, ChallengeEnded, InvalidCode, InvalidCredentials, TooManyAttempts } from "../../errors/index.js";
import { LoggedIn, SecondFactorEnrollmentRequired, SecondFactorRequired } from "../../sessions/index.js";
import { HandleInput } from "../handle.types.js";
import { CodeSent } from "../states.types.js";

@InputType({ description: "Handle and password." })
export class LogInInput {
  @Field(() => HandleInput, { description: "Who logs in." })
  handle!: HandleInput;

  @Field(() => String, { description: "The password, exactly as chosen." })
  password!: string;

  @Field(() => String, { nullable: true, description: "The deviceToken of an earlier log-in on this device." })
  deviceToken?: string | null;
}

export const LogInResult = createUnionType({
  name: "LogInResult",
  description:
    "Unknown handle, wrong password and unfinished sign-up are all InvalidCredentials; AccountSuspended comes after the right password only.",
  types: () =>
    [LoggedIn, SecondFactorRequired, SecondFactorEnrollmentRequired, InvalidCredentials, AccountSuspended, TooManyAttempts] as const,
});

export const CompleteLogInResult = createUnionType({
  name: "CompleteLogInResult",
  description: "Logged in; or the code is wrong (five times at most), or the challenge has ended and the password is asked for again.",
  types: () => [LoggedIn, InvalidCode, ChallengeEnded, TooManyAttempts] as const,
});

@InputType({ description: "Which log-in." })
export class SendLogInCodeInput {
  @Field(() => String, { description: "The challengeToken of a SecondFactorRequired whose methods include SMS." })
  challengeToken!: string;
}

export const SendLogInCodeResult = createUnionType({
  name: "SendLogInCodeResult",
  description: "Sent, or why not.",
  types: () => [CodeSent, ChallengeEnded, TooManyAttempts] as const,
});
