import { Field, InputType, Int, ObjectType } from "type-graphql";
import { DateTime, resultUnion } from "../../graphql/index.js";
import { HandleInput } from "../handle.types.js";

@InputType({ description: "Who forgot their password." })
export class ForgotPasswordInput {
  @Field(() => HandleInput, { description: "The account." })
  handle!: HandleInput;
}

@InputType({ description: "Proves the mailbox and chooses a new password." })
export class ResetPasswordInput {
  @Field(() => HandleInput, { description: "The account." })
  handle!: HandleInput;

  @Field(() => String, { description: "The digits of the mail, as text." })
  code!: string;

  @Field(() => String, {
    nullable: true,
    description: "The ticket forgotPassword answered with: wrong codes of strangers then do not count against you.",
  })
  ticket?: string | null;

  @Field(() => String, { description: "The new password; Application.password says what it must be like." })
  newPassword!: string;
}

@ObjectType({ description: "A code was sent if the account exists. The same answer for every handle." })
export class PasswordResetRequested {
  @Field(() => String, { description: "Give it to resetPassword together with the code." })
  ticket!: string;

  @Field(() => DateTime, { description: "Until when the code is good." })
  expiresAt!: Date;

  @Field(() => DateTime, { description: "Before this instant nothing is sent again." })
  resendAvailableAt!: Date;
}

@ObjectType({ description: "The new password counts, and all sessions have ended: log in with it." })
export class PasswordReset {
  @Field(() => Int, { description: "How many sessions ended." })
  sessionsEnded!: number;

  @Field(() => String, { nullable: true, description: "This device is known from now on: send it with the next logIn." })
  deviceToken!: string | null;
}

export const ForgotPasswordResult = resultUnion({
  name: "ForgotPasswordResult",
  description: "The same answer whether the account exists or not.",
  states: [PasswordResetRequested],
  failures: ["TOO_MANY_ATTEMPTS"],
});

export const ResetPasswordResult = resultUnion({
  name: "ResetPasswordResult",
  description: "The password was set, or the code or the new password was not accepted.",
  states: [PasswordReset],
  failures: ["INVALID_CODE", "PASSWORD_REFUSED", "TOO_MANY_ATTEMPTS"],
});
