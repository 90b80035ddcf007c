import { Field, InputType, ObjectType } from "type-graphql";
import type { Metadata } from "../../domain/users/index.js";
import { DateTime, JsonScalar, resultUnion } from "../../graphql/index.js";
import { AddressInput } from "../handle.types.js";
import { LoggedIn, SecondFactorEnrollmentRequired } from "../log-in-states.types.js";

@InputType({ description: "Data of a new user." })
export class SignUpInput {
  @Field(() => AddressInput, { description: "Address of the new user, used for verification and log-in." })
  handle!: AddressInput;

  @Field(() => String, {
    description: "Password of the new user; must meet Application.password. Send it as typed, not hashed by the client.",
  })
  password!: string;

  @Field(() => JsonScalar, { nullable: true, description: "Values of metadata fields with setBy USER." })
  metadata?: Metadata | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Language of messages to the user, e.g. de. Default: the best match of Accept-Language, otherwise the application's default.",
  })
  locale?: string | null;
}

@InputType({ description: "Identifies the sign-up whose code is sent again." })
export class ResendSignUpCodeInput {
  @Field(() => AddressInput, { description: "The address passed to signUp." })
  handle!: AddressInput;
}

@InputType({ description: "Verifies the address of a sign-up." })
export class CompleteSignUpInput {
  @Field(() => AddressInput, { description: "The address passed to signUp." })
  handle!: AddressInput;

  @Field(() => String, { description: "Code from the email, as a string of digits; leading zeros are significant." })
  code!: string;

  @Field(() => String, {
    nullable: true,
    description: "The ticket returned by signUp; it selects the sign-up whose password and metadata are confirmed.",
  })
  ticket?: string | null;
}

@ObjectType({
  description:
    "A code was sent if the address can sign up. The code verifies the mailbox; the ticket identifies this sign-up, whose password and metadata are confirmed with it. The result and its times are the same for every handle.",
})
export class ConfirmationSent {
  @Field(() => String, { description: "Pass it to completeSignUp together with the code." })
  ticket!: string;

  @Field(() => DateTime, { description: "Expiry of the code." })
  expiresAt!: Date;

  @Field(() => DateTime, { description: "Earliest time at which resendSignUpCode sends another code." })
  resendAvailableAt!: Date;
}

export const SignUpResult = resultUnion({
  name: "SignUpResult",
  description:
    "ConfirmationSent in the flows CODE and LINK, LoggedIn or SecondFactorEnrollmentRequired in the flow NONE, or the reason for the failure.",
  states: [ConfirmationSent, LoggedIn, SecondFactorEnrollmentRequired],
  failures: ["HANDLE_UNAVAILABLE", "SIGN_UP_CLOSED", "HANDLE_INVALID", "PASSWORD_REFUSED", "METADATA_REFUSED", "TOO_MANY_ATTEMPTS"],
});

export const ResendSignUpCodeResult = resultUnion({
  name: "ResendSignUpCodeResult",
  description: "The result of resendSignUpCode. It does not disclose whether there is a pending sign-up.",
  states: [ConfirmationSent],
  failures: ["HANDLE_INVALID", "TOO_MANY_ATTEMPTS"],
});

export const CompleteSignUpResult = resultUnion({
  name: "CompleteSignUpResult",
  description: "The tokens of the new user, or the reason for the failure.",
  states: [LoggedIn, SecondFactorEnrollmentRequired],
  failures: ["INVALID_CODE", "TOO_MANY_ATTEMPTS"],
});
