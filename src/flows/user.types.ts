import { Field, ID, ObjectType } from "type-graphql";
import type { Metadata, User } from "../domain/users/index.js";
import { DateTime, JsonScalar } from "../graphql/index.js";

/** A user as end users see it. Lists are field resolvers. */
@ObjectType("User", { simpleResolvers: true, description: "A user of the application." })
export class UserView {
  @Field(() => ID, { description: "Opaque identifier, never reused. `sub` claim of the JWT unless the user was imported." })
  id!: string;

  @Field(() => String, { nullable: true, description: "Address the user logs in with, in canonical form; null for users without one." })
  email!: string | null;

  @Field(() => Boolean, { description: "Whether the user has no address." })
  isAnonymous!: boolean;

  @Field(() => JsonScalar, { description: "Metadata of the user, nested by the paths of Application.metadataFields." })
  metadata!: Metadata;

  @Field(() => String, { description: "Language of messages to this user, e.g. en." })
  locale!: string;

  @Field(() => DateTime, { description: "Creation time." })
  createdAt!: Date;

  /** Session of the request, for field resolvers; not part of the schema. */
  currentSessionId!: string;

  /** For field resolvers; not part of the schema. */
  user!: User;

  static from(user: User, currentSessionId: string): UserView {
    const { id, email, metadata, locale, createdAt } = user;
    return Object.assign(new UserView(), { id, email, isAnonymous: email === null, metadata, locale, createdAt, currentSessionId, user });
  }
}
