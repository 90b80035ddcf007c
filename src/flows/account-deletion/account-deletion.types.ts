import { createUnionType, Field, ObjectType } from "type-graphql";
import { ReauthenticationRequired } from "../../errors/index.js";
import { DateTime } from "../../users/index.js";

@ObjectType({
  description: "The account and everything that was kept about its user are gone. JWTs that have left live until they expire.",
})
export class AccountDeleted {
  @Field(() => DateTime, { description: "When." })
  deletedAt!: Date;
}

export const DeleteAccountResult = createUnionType({
  name: "DeleteAccountResult",
  description: "Deleted, or prove first who is there.",
  types: () => [AccountDeleted, ReauthenticationRequired] as const,
});
