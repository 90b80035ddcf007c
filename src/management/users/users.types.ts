import { Field, ID, InputType, ObjectType } from "type-graphql";
import type { SessionEntity } from "../../domain/sessions/index.js";
import type { UserStatus as Status, User } from "../../domain/users/index.js";
import { DateTime, defineConnection } from "../../graphql/index.js";
import { ManagedUserView, UserStatus } from "../user.types.js";

@InputType({ description: "Filter for users; a user must match all given conditions." })
export class UserFilter {
  @Field(() => String, { nullable: true, description: "The address or the beginning of it, as plain text without wildcards." })
  search?: string | null;

  @Field(() => Boolean, { nullable: true, description: "True: only users without an address. False: only users with one." })
  isAnonymous?: boolean | null;

  @Field(() => UserStatus, { nullable: true, description: "Only users with this status." })
  status?: Status | null;
}

export const UserConnection = defineConnection({
  name: "User",
  node: ManagedUserView,
  toNode: (user: User) => ManagedUserView.from(user),
  description: "Users, newest first.",
  nodeDescription: "A user",
  totalCount: "Number of users that match the filter, on all pages. Select it on the first page only.",
});

@ObjectType("Session", { description: "A session: one log-in on one device." })
export class ManagedSessionView {
  @Field(() => ID, { description: "Opaque identifier; not a token." })
  id!: string;

  @Field(() => DateTime, { description: "Creation time." })
  createdAt!: Date;

  @Field(() => DateTime, { description: "Time of the last refresh." })
  lastUsedAt!: Date;

  @Field(() => String, {
    nullable: true,
    description: "User-Agent header of the log-in request, cut off after 256 characters; null if there was none.",
  })
  userAgent!: string | null;

  static from({ id, createdAt, lastUsedAt, userAgent }: SessionEntity): ManagedSessionView {
    return Object.assign(new ManagedSessionView(), { id, createdAt, lastUsedAt, userAgent });
  }
}
