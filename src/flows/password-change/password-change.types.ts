import { Field, InputType, ObjectType } from "type-graphql";
import { resultUnion } from "../../graphql/index.js";
import { UserView } from "../user.types.js";

@InputType({ description: "The current password and its replacement." })
export class ChangePasswordInput {
  @Field(() => String, { description: "Current password." })
  currentPassword!: string;

  @Field(() => String, { description: "New password; must meet Application.password." })
  newPassword!: string;
}

@ObjectType({ description: "The password was changed. This session continues; all others have ended." })
export class PasswordChanged {
  @Field(() => UserView, { description: "The user whose password was changed." })
  user!: UserView;
}

export const ChangePasswordResult = resultUnion({
  name: "ChangePasswordResult",
  description: "The changed password, or the reason for the failure.",
  states: [PasswordChanged],
  failures: ["INVALID_CREDENTIALS", "PASSWORD_REFUSED", "REAUTHENTICATION_REQUIRED", "TOO_MANY_ATTEMPTS"],
});
