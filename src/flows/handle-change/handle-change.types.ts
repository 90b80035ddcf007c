import { createUnionType, Field, InputType, ObjectType } from "type-graphql";
import { HandleInvalid, InvalidCode, ReauthenticationRequired, TooManyAttempts } from "../../errors/index.js";
import { UserView } from "../../users/index.js";
import { AddressInput } from "../handle.types.js";
import { CodeSent } from "../states.types.js";

@InputType({ description: "The new address." })
export class ChangeHandleInput {
  @Field(() => AddressInput, { description: "Where the code goes, and what the user logs in with once it is confirmed." })
  handle!: AddressInput;
}

@InputType({ description: "Proves the new address." })
export class ConfirmHandleInput {
  @Field(() => String, { description: "The digits of the mail, as text." })
  code!: string;
}

@ObjectType({ description: "The new address counts; the old one has been told, and the other sessions have ended." })
export class HandleChanged {
  @Field(() => UserView, { description: "The user." })
  user!: UserView;
}

export const ChangeHandleResult = createUnionType({
  name: "ChangeHandleResult",
  description: "The same answer whether the new address has an account or not.",
  types: () => [CodeSent, HandleInvalid, ReauthenticationRequired, TooManyAttempts] as const,
});

export const ConfirmHandleResult = createUnionType({
  name: "ConfirmHandleResult",
  description: "Changed, or the code was not accepted.",
  types: () => [HandleChanged, InvalidCode, TooManyAttempts] as const,
});
