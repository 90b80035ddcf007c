import { Field, ObjectType } from "type-graphql";
import { DateTime, resultUnion } from "../../graphql/index.js";

@ObjectType({
  description:
    "The account and all data stored about the user have been deleted. JWTs that were already issued stay valid until they expire.",
})
export class AccountDeleted {
  @Field(() => DateTime, { description: "Deletion time." })
  deletedAt!: Date;
}

export const DeleteAccountResult = resultUnion({
  name: "DeleteAccountResult",
  description: "The deletion, or ReauthenticationRequired.",
  states: [AccountDeleted],
  failures: ["REAUTHENTICATION_REQUIRED"],
});
