import { createUnionType, Field, InputType, ObjectType } from "type-graphql";
import { HandleInvalid, InvalidCode, ReauthenticationRequired, TooManyAttempts } from "../../errors/index.js";
import { UserView } from "../../users/index.js";
import { CodeSent, ProfileUpdated } from "../states.types.js";

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

export const SetPhoneResult = createUnionType({
  name: "SetPhoneResult",
  description: "The same answer whether somebody else has the number or not.",
  types: () => [CodeSent, HandleInvalid, ReauthenticationRequired, TooManyAttempts] as const,
});

export const VerifyPhoneResult = createUnionType({
  name: "VerifyPhoneResult",
  description: "Verified, or the code was not accepted.",
  types: () => [PhoneVerified, InvalidCode, TooManyAttempts] as const,
});

export const RemovePhoneResult = createUnionType({
  name: "RemovePhoneResult",
  description: "Removed, or prove first who is there.",
  types: () => [ProfileUpdated, ReauthenticationRequired] as const,
});
