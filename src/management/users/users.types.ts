import { Field, ID, InputType, ObjectType } from "type-graphql";
import type { SessionEntity } from "../../domain/sessions/index.js";
import type { UserStatus as Status, User } from "../../domain/users/index.js";
import { DateTime, defineConnection } from "../../graphql/index.js";
import { ManagedUserView, UserStatus } from "../user.types.js";

@InputType({ description: "Which users: those for whom everything given holds." })
export class UserFilter {
  @Field(() => String, { nullable: true, description: "The beginning of the address, or all of it. Plain text: there are no wildcards." })
  search?: string | null;

  @Field(() => Boolean, { nullable: true, description: "True: only users without an address. False: only those with one." })
  isAnonymous?: boolean | null;

  @Field(() => UserStatus, { nullable: true, description: "Only users of this status." })
  status?: Status | null;
}

export const UserConnection = defineConnection({
  name: "User",
  node: ManagedUserView,
  toNode: (user: User) => ManagedUserView.from(user),
  description: "Users, newest first.",
  nodeDescription: "A user",
  totalCount: "How many users match the filter, on all pages. Select it on the first page only.",
});

@ObjectType("Session", { description: "One log-in on one device." })
export class ManagedSessionView {
  @Field(() => ID, { description: "Opaque; not a token." })
  id!: string;

  @Field(() => DateTime, { description: "When it was opened." })
  createdAt!: Date;

  @Field(() => DateTime, { description: "When it was last refreshed." })
  lastUsedAt!: Date;

  @Field(() => String, { nullable: true, description: "What the client called itself when it logged in; at most 256 characters." })
  userAgent!: string | null;

  static from({ id, createdAt, lastUsedAt, userAgent }: SessionEntity): ManagedSessionView {
    return Object.assign(new ManagedSessionView(), { id, createdAt, lastUsedAt, userAgent });
  }
}
