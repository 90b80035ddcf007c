import { Field, InputType, ObjectType } from "type-graphql";
import { resultUnion } from "../../graphql/index.js";
import { UserView } from "../user.types.js";

@InputType({ description: "The old password proves, the new one replaces it." })
export class ChangePasswordInput {
  @Field(() => String, { description: "The password as it is." })
  currentPassword!: string;

  @Field(() => String, { description: "The new password; Application.password says what it must be like." })
  newPassword!: string;
}

@ObjectType({ description: "The new password counts. This session goes on, all others have ended." })
export class PasswordChanged {
  @Field(() => UserView, { description: "Whose password it is." })
  user!: UserView;
}

export const ChangePasswordResult = resultUnion({
  name: "ChangePasswordResult",
  description: "Changed, or why not.",
  states: [PasswordChanged],
  failures: ["INVALID_CREDENTIALS", "PASSWORD_REFUSED", "REAUTHENTICATION_REQUIRED", "TOO_MANY_ATTEMPTS"],
});
