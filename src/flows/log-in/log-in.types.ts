import { Field, InputType } from "type-graphql";
import { resultUnion } from "../../graphql/index.js";
import { HandleInput } from "../handle.types.js";
import { LoggedIn, SecondFactorEnrollmentRequired, SecondFactorRequired } from "../log-in-states.types.js";
import { CodeSent } from "../results.types.js";

@InputType({ description: "Credentials for log-in." })
export class LogInInput {
  @Field(() => HandleInput, { description: "Account to log in to." })
  handle!: HandleInput;

  @Field(() => String, { description: "Password, as typed; not hashed by the client." })
  password!: string;

  @Field(() => String, {
    nullable: true,
    description: "The deviceToken of an earlier log-in on this device; marks the request as coming from a recognised device.",
  })
  deviceToken?: string | null;
}

export const LogInResult = resultUnion({
  name: "LogInResult",
  description:
    "The result of logIn. Unknown handle, wrong password and unfinished sign-up all return InvalidCredentials; AccountSuspended is returned only after a correct password.",
  states: [LoggedIn, SecondFactorRequired, SecondFactorEnrollmentRequired],
  failures: ["INVALID_CREDENTIALS", "ACCOUNT_SUSPENDED", "TOO_MANY_ATTEMPTS"],
});

export const CompleteLogInResult = resultUnion({
  name: "CompleteLogInResult",
  description:
    "The tokens; InvalidCode for a wrong code, at most five times; or ChallengeEnded, after which the user enters the password again.",
  states: [LoggedIn],
  failures: ["INVALID_CODE", "CHALLENGE_ENDED", "TOO_MANY_ATTEMPTS"],
});

@InputType({ description: "Identifies a log-in in progress." })
export class SendLogInCodeInput {
  @Field(() => String, { description: "The challengeToken of a SecondFactorRequired whose methods include SMS." })
  challengeToken!: string;
}

export const SendLogInCodeResult = resultUnion({
  name: "SendLogInCodeResult",
  description: "The sent code, or the reason for the failure.",
  states: [CodeSent],
  failures: ["CHALLENGE_ENDED", "TOO_MANY_ATTEMPTS"],
});
