import { Field, InputType, ObjectType } from "type-graphql";
import { resultUnion } from "../../graphql/index.js";
import { AddressInput } from "../handle.types.js";
import { CodeSent, UserResult } from "../results.types.js";

@InputType({ description: "Request to change the address." })
export class ChangeHandleInput {
  @Field(() => AddressInput, { description: "The new address. The code is sent to it; after confirmation the user logs in with it." })
  handle!: AddressInput;
}

@InputType({ description: "Verifies the new address." })
export class ConfirmHandleInput {
  @Field(() => String, { description: "Code from the email, as a string of digits." })
  code!: string;
}

@ObjectType({ description: "The address was changed. The previous address was notified, and all other sessions have ended." })
export class HandleChanged extends UserResult {}

export const ChangeHandleResult = resultUnion({
  name: "ChangeHandleResult",
  description: "The result of changeHandle. It does not disclose whether the new address has an account.",
  states: [CodeSent],
  failures: ["HANDLE_INVALID", "REAUTHENTICATION_REQUIRED", "TOO_MANY_ATTEMPTS"],
});

export const ConfirmHandleResult = resultUnion({
  name: "ConfirmHandleResult",
  description: "The changed user, or the reason for the failure.",
  states: [HandleChanged],
  failures: ["INVALID_CODE", "TOO_MANY_ATTEMPTS"],
});
