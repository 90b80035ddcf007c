import { Field, InputType } from "type-graphql";
import { resultUnion } from "../../graphql/index.js";
import { HandleInput } from "../handle.types.js";
import { LoggedIn, SecondFactorEnrollmentRequired, SecondFactorRequired } from "../log-in-states.types.js";
import { CodeSent } from "../results.types.js";

@InputType({ description: "Handle and password." })
export class LogInInput {
  @Field(() => HandleInput, { description: "Who logs in." })
  handle!: HandleInput;

  @Field(() => String, { description: "The password, exactly as chosen." })
  password!: string;

  @Field(() => String, { nullable: true, description: "The deviceToken of an earlier log-in on this device." })
  deviceToken?: string | null;
}

export const LogInResult = resultUnion({
  name: "LogInResult",
  description:
    "Unknown handle, wrong password and unfinished sign-up are all InvalidCredentials; AccountSuspended comes after the right password only.",
  states: [LoggedIn, SecondFactorRequired, SecondFactorEnrollmentRequired],
  failures: ["INVALID_CREDENTIALS", "ACCOUNT_SUSPENDED", "TOO_MANY_ATTEMPTS"],
});

export const CompleteLogInResult = resultUnion({
  name: "CompleteLogInResult",
  description: "Logged in; or the code is wrong (five times at most), or the challenge has ended and the password is asked for again.",
  states: [LoggedIn],
  failures: ["INVALID_CODE", "CHALLENGE_ENDED", "TOO_MANY_ATTEMPTS"],
});

@InputType({ description: "Which log-in." })
export class SendLogInCodeInput {
  @Field(() => String, { description: "The challengeToken of a SecondFactorRequired whose methods include SMS." })
  challengeToken!: string;
}

export const SendLogInCodeResult = resultUnion({
  name: "SendLogInCodeResult",
  description: "Sent, or why not.",
  states: [CodeSent],
  failures: ["CHALLENGE_ENDED", "TOO_MANY_ATTEMPTS"],
});
