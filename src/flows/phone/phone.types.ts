import { Field, InputType, ObjectType } from "type-graphql";
import { resultUnion } from "../../graphql/index.js";
import { CodeSent, ProfileUpdated, UserResult } from "../results.types.js";

@InputType({ description: "Phone number to verify." })
export class SetPhoneInput {
  @Field(() => String, {
    description:
      "Phone number in international format (E.164), e.g. +447700900123; spaces, dashes, dots, slashes and parentheses are ignored.",
  })
  phone!: string;
}

@InputType({ description: "Verifies the phone number." })
export class VerifyPhoneInput {
  @Field(() => String, { description: "Code from the text message, as a string of digits." })
  code!: string;
}

@ObjectType({ description: "A masked phone number." })
export class MaskedPhone {
  @Field(() => String, { description: "Country code and last two digits, e.g. +44********23." })
  masked!: string;

  @Field(() => Boolean, {
    description: "Whether the number was verified with verifyPhone. Unverified numbers receive verification codes only.",
  })
  isVerified!: boolean;
}

@ObjectType({
  description: "The phone number was verified and replaces any previous number. The user was notified by email and at the previous number.",
})
export class PhoneVerified extends UserResult {}

export const SetPhoneResult = resultUnion({
  name: "SetPhoneResult",
  description: "The result of setPhone. It does not disclose whether another account uses the number.",
  states: [CodeSent],
  failures: ["HANDLE_INVALID", "REAUTHENTICATION_REQUIRED", "TOO_MANY_ATTEMPTS"],
});

export const VerifyPhoneResult = resultUnion({
  name: "VerifyPhoneResult",
  description: "The verified phone number, or the reason for the failure.",
  states: [PhoneVerified],
  failures: ["INVALID_CODE", "TOO_MANY_ATTEMPTS"],
});

export const RemovePhoneResult = resultUnion({
  name: "RemovePhoneResult",
  description: "The removal, or ReauthenticationRequired.",
  states: [ProfileUpdated],
  failures: ["REAUTHENTICATION_REQUIRED"],
});
