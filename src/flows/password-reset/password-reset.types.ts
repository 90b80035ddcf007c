import { Field, InputType, Int, ObjectType } from "type-graphql";
import { DateTime, resultUnion } from "../../graphql/index.js";
import { HandleInput } from "../handle.types.js";

@InputType({ description: "Request for a password reset." })
export class ForgotPasswordInput {
  @Field(() => HandleInput, { description: "Account whose password is reset." })
  handle!: HandleInput;
}

@InputType({ description: "Verifies the address with the emailed code and sets a new password." })
export class ResetPasswordInput {
  @Field(() => HandleInput, { description: "Account whose password is reset." })
  handle!: HandleInput;

  @Field(() => String, { description: "Code from the email, as a string of digits." })
  code!: string;

  @Field(() => String, {
    nullable: true,
    description: "The ticket returned by forgotPassword; wrong codes from other clients then do not count against this request.",
  })
  ticket?: string | null;

  @Field(() => String, { description: "New password; must meet Application.password." })
  newPassword!: string;
}

@ObjectType({ description: "A code was sent if the account exists. The result is the same for every handle." })
export class PasswordResetRequested {
  @Field(() => String, { description: "Pass it to resetPassword together with the code." })
  ticket!: string;

  @Field(() => DateTime, { description: "Expiry of the code." })
  expiresAt!: Date;

  @Field(() => DateTime, { description: "Earliest time at which another message is sent." })
  resendAvailableAt!: Date;
}

@ObjectType({ description: "The password was changed, and all sessions have ended. Log in with the new password." })
export class PasswordReset {
  @Field(() => Int, { description: "Number of sessions that ended." })
  sessionsEnded!: number;

  @Field(() => String, { nullable: true, description: "Marks this device as recognised: store it and send it with the next logIn." })
  deviceToken!: string | null;
}

export const ForgotPasswordResult = resultUnion({
  name: "ForgotPasswordResult",
  description: "The result of forgotPassword. It does not disclose whether the account exists.",
  states: [PasswordResetRequested],
  failures: ["TOO_MANY_ATTEMPTS"],
});

export const ResetPasswordResult = resultUnion({
  name: "ResetPasswordResult",
  description: "The new password was set, or the code or the new password was rejected.",
  states: [PasswordReset],
  failures: ["INVALID_CODE", "PASSWORD_REFUSED", "TOO_MANY_ATTEMPTS"],
});
