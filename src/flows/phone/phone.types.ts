import { Field, InputType, ObjectType } from "type-graphql";
import { resultUnion } from "../../graphql/index.js";
import { CodeSent, ProfileUpdated } from "../results.types.js";
import { UserView } from "../user.types.js";

@InputType({ description: "A phone number." })
export class SetPhoneInput {
  @Field(() => String, {
    description:
      "With a plus and the country's code (E.164), e.g. +447700900123; blanks, dashes, dots, slashes and brackets do not matter.",
  })
  phone!: string;
}

@InputType({ description: "Proves the number." })
export class VerifyPhoneInput {
  @Field(() => String, { description: "The digits of the text message, as text." })
  code!: string;
}

@ObjectType({ description: "A phone number that only its owner recognises." })
export class MaskedPhone {
  @Field(() => String, { description: "The country's code and the last two digits, e.g. +44********23." })
  masked!: string;

  @Field(() => Boolean, { description: "False while its code has not been given to verifyPhone: nothing else is sent to it." })
  isVerified!: boolean;
}

@ObjectType({ description: "The number is the user's; a number before it is no longer used, and its owner has been told." })
export class PhoneVerified {
  @Field(() => UserView, { description: "The user." })
  user!: UserView;
}

export const SetPhoneResult = resultUnion({
  name: "SetPhoneResult",
  description: "The same answer whether somebody else has the number or not.",
  states: [CodeSent],
  failures: ["HANDLE_INVALID", "REAUTHENTICATION_REQUIRED", "TOO_MANY_ATTEMPTS"],
});

export const VerifyPhoneResult = resultUnion({
  name: "VerifyPhoneResult",
  description: "Verified, or the code was not accepted.",
  states: [PhoneVerified],
  failures: ["INVALID_CODE", "TOO_MANY_ATTEMPTS"],
});

export const RemovePhoneResult = resultUnion({
  name: "RemovePhoneResult",
  description: "Removed, or prove first who is there.",
  states: [ProfileUpdated],
  failures: ["REAUTHENTICATION_REQUIRED"],
});
