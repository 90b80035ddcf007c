import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { cursorOf, PageInfo, type PageRequest } from "../../paging/index.js";
import type { SessionEntity } from "../../sessions/index.js";
import { DateTime, type UserStatus as Status, type User } from "../../users/index.js";
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

@ObjectType({ description: "A user in a list." })
export class UserEdge {
  @Field(() => String, { description: "Where the next page begins: give it as `after`." })
  cursor!: string;

  @Field(() => ManagedUserView, { description: "The user." })
  node!: ManagedUserView;
}

@ObjectType({ description: "Users, newest first." })
export class UserConnection {
  @Field(() => [UserEdge], { description: "This page." })
  edges!: UserEdge[];

  @Field(() => PageInfo, { description: "Where the list stands." })
  pageInfo!: PageInfo;

  private count!: () => Promise<number>;

  /** Counted only when it is asked for. */
  @Field(() => Int, {
    nullable: true,
    description: "How many users the filter lets through, on all pages. Ask for it on the first page only.",
  })
  async totalCount(): Promise<number | null> {
    return await this.count();
  }

  static from(users: readonly User[], page: PageRequest, count: () => Promise<number>): UserConnection {
    const edges = users
      .slice(0, page.first)
      .map((user) => Object.assign(new UserEdge(), { cursor: cursorOf(user), node: ManagedUserView.from(user) }));
    return Object.assign(new UserConnection(), { edges, pageInfo: PageInfo.from(users, page), count });
  }
}

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
