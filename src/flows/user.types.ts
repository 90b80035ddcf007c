import { Field, ID, ObjectType } from "type-graphql";
import type { Metadata, User } from "../domain/users/index.js";
import { DateTime, JsonScalar } from "../graphql/index.js";

/** The user as the schema shows it. Lists hang on it by field resolvers. */
@ObjectType("User", { simpleResolvers: true, description: "A person who has an account in this application." })
export class UserView {
  @Field(() => ID, { description: "Opaque, never reused. The JWT's sub unless the user was imported." })
  id!: string;

  @Field(() => String, { nullable: true, description: "The address the user logs in with, in canonical form." })
  email!: string | null;

  @Field(() => Boolean, { description: "True for users without an address." })
  isAnonymous!: boolean;

  @Field(() => JsonScalar, { description: "What the application's metadata fields hold for this user, nested by their paths." })
  metadata!: Metadata;

  @Field(() => String, { description: "Language of messages to this user, e.g. en." })
  locale!: string;

  @Field(() => DateTime, { description: "When the account was made." })
  createdAt!: Date;

  /** The session this view was asked for with; not part of the schema. */
  currentSessionId!: string;

  /** Whom it shows; not part of the schema. */
  user!: User;

  static from(user: User, currentSessionId: string): UserView {
    const { id, email, metadata, locale, createdAt } = user;
    return Object.assign(new UserView(), { id, email, isAnonymous: email === null, metadata, locale, createdAt, currentSessionId, user });
  }
}
