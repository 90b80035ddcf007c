import { Field, InputType, ObjectType } from "type-graphql";
import type { Metadata } from "../../domain/users/index.js";
import { DateTime, JsonScalar, resultUnion } from "../../graphql/index.js";
import { AddressInput } from "../handle.types.js";
import { LoggedIn, SecondFactorEnrollmentRequired } from "../log-in-states.types.js";

@InputType({ description: "What a new user gives." })
export class SignUpInput {
  @Field(() => AddressInput, { description: "The address to prove and to log in with later." })
  handle!: AddressInput;

  @Field(() => String, { description: "The new password; Application.password says what it must be like. Sent as typed, never hashed." })
  password!: string;

  @Field(() => JsonScalar, { nullable: true, description: "Values for the application's metadata fields that users may set." })
  metadata?: Metadata | null;

  @Field(() => String, {
    nullable: true,
    description: "Language of messages to the user, e.g. de; else Accept-Language, else the application's.",
  })
  locale?: string | null;
}

@InputType({ description: "Whose code to send again." })
export class ResendSignUpCodeInput {
  @Field(() => AddressInput, { description: "The address given to signUp." })
  handle!: AddressInput;
}

@InputType({ description: "Proves the address of a sign-up." })
export class CompleteSignUpInput {
  @Field(() => AddressInput, { description: "The address given to signUp." })
  handle!: AddressInput;

  @Field(() => String, { description: "The digits of the mail, as text: leading zeros count." })
  code!: string;

  @Field(() => String, {
    nullable: true,
    description: "The ticket signUp answered with: it chooses whose password and metadata are confirmed.",
  })
  ticket?: string | null;
}

@ObjectType({
  description:
    "A code was sent if the address may sign up. ticket names this sign-up: the code proves the mailbox, the ticket chooses whose password and metadata it confirms. Same shape and times for every handle.",
})
export class ConfirmationSent {
  @Field(() => String, { description: "Give it to completeSignUp together with the code." })
  ticket!: string;

  @Field(() => DateTime, { description: "Until when the code is good." })
  expiresAt!: Date;

  @Field(() => DateTime, { description: "Before this instant resendSignUpCode sends nothing." })
  resendAvailableAt!: Date;
}

export const SignUpResult = resultUnion({
  name: "SignUpResult",
  description: "ConfirmationSent in flow CODE; LoggedIn in flow NONE.",
  states: [ConfirmationSent, LoggedIn, SecondFactorEnrollmentRequired],
  failures: ["HANDLE_UNAVAILABLE", "SIGN_UP_CLOSED", "HANDLE_INVALID", "PASSWORD_REFUSED", "METADATA_REFUSED", "TOO_MANY_ATTEMPTS"],
});

export const ResendSignUpCodeResult = resultUnion({
  name: "ResendSignUpCodeResult",
  description: "The same answer whether there is a sign-up to confirm or not.",
  states: [ConfirmationSent],
  failures: ["HANDLE_INVALID", "TOO_MANY_ATTEMPTS"],
});

export const CompleteSignUpResult = resultUnion({
  name: "CompleteSignUpResult",
  description: "The new user is logged in, or the code was not accepted.",
  states: [LoggedIn, SecondFactorEnrollmentRequired],
  failures: ["INVALID_CODE", "TOO_MANY_ATTEMPTS"],
});
