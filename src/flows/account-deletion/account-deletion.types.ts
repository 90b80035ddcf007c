import { Field, ObjectType } from "type-graphql";
import { DateTime, resultUnion } from "../../graphql/index.js";

@ObjectType({
  description: "The account and everything that was kept about its user are gone. JWTs that have left live until they expire.",
})
export class AccountDeleted {
  @Field(() => DateTime, { description: "When." })
  deletedAt!: Date;
}

export const DeleteAccountResult = resultUnion({
  name: "DeleteAccountResult",
  description: "Deleted, or prove first who is there.",
  states: [AccountDeleted],
  failures: ["REAUTHENTICATION_REQUIRED"],
});
