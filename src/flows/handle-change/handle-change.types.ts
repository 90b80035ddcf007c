import { Field, InputType, ObjectType } from "type-graphql";
import { resultUnion } from "../../graphql/index.js";
import { AddressInput } from "../handle.types.js";
import { CodeSent } from "../results.types.js";
import { UserView } from "../user.types.js";

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

export const ChangeHandleResult = resultUnion({
  name: "ChangeHandleResult",
  description: "The same answer whether the new address has an account or not.",
  states: [CodeSent],
  failures: ["HANDLE_INVALID", "REAUTHENTICATION_REQUIRED", "TOO_MANY_ATTEMPTS"],
});

export const ConfirmHandleResult = resultUnion({
  name: "ConfirmHandleResult",
  description: "Changed, or the code was not accepted.",
  states: [HandleChanged],
  failures: ["INVALID_CODE", "TOO_MANY_ATTEMPTS"],
});
