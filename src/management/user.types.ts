import { Field, ID, ObjectType, registerEnumType } from "type-graphql";
import { type Metadata, type User, userStatuses, verifiedPhone } from "../domain/users/index.js";
import { DateTime, JsonScalar } from "../graphql/index.js";

export const UserStatus = Object.fromEntries(userStatuses.map((status) => [status, status]));
registerEnumType(UserStatus, {
  name: "UserStatus",
  description: "Whether a user may log in.",
  valuesConfig: {
    ACTIVE: { description: "Logs in and uses sessions." },
    SUSPENDED: { description: "Cannot log in and has no sessions; password, metadata and second factors stay as they are." },
  },
});

/** A user as those who manage the application see them. Lists hang on it by field resolvers. */
@ObjectType("User", { description: "A person who has an account in the application." })
export class ManagedUserView {
  @Field(() => ID, { description: "Opaque, never reused." })
  id!: string;

  @Field(() => String, { description: "The JWT's sub: the id, unless the user was imported." })
  subject!: string;

  @Field(() => String, { nullable: true, description: "The address the user logs in with, in canonical form." })
  email!: string | null;

  @Field(() => Boolean, { description: "True for users without an address." })
  isAnonymous!: boolean;

  @Field(() => String, { nullable: true, description: "The phone number the user has proved to hold, in E.164 form; null without one." })
  phone!: string | null;

  @Field(() => UserStatus, { description: "Whether the user may log in." })
  status!: string;

  @Field(() => JsonScalar, { description: "All metadata, nested by the paths of the application's fields." })
  metadata!: Metadata;

  @Field(() => String, { description: "Language of messages to this user, e.g. en." })
  locale!: string;

  @Field(() => DateTime, { description: "When the account was made." })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: "When the user last logged in; null for one who never has." })
  lastLogInAt!: Date | null;

  /** For field resolvers; not part of the schema. */
  user!: User;

  static from(user: User): ManagedUserView {
    const { id, subject, email, status, metadata, locale, createdAt, lastLogInAt } = user;
    const fields = {
      id,
      subject,
      email,
      isAnonymous: email === null,
      phone: verifiedPhone(user),
      status,
      metadata,
      locale,
      createdAt,
      lastLogInAt,
    };
    return Object.assign(new ManagedUserView(), fields, { user });
  }
}
