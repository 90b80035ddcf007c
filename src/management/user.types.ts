import { Field, ID, ObjectType } from "type-graphql";
import { type Metadata, type User, verifiedPhone } from "../domain/users/index.js";
import { DateTime, enumType, JsonScalar } from "../graphql/index.js";

export const UserStatus = enumType<User["status"]>("UserStatus", "Status of a user.", {
  ACTIVE: "Can log in and use sessions.",
  SUSPENDED: "Cannot log in and has no sessions; password, metadata and second factors are kept.",
});

/** A user in the Management API. Lists are field resolvers. */
@ObjectType("User", { description: "A user of the application." })
export class ManagedUserView {
  @Field(() => ID, { description: "Opaque identifier, never reused." })
  id!: string;

  @Field(() => String, { description: "`sub` claim of the JWT; equals id unless the user was imported." })
  subject!: string;

  @Field(() => String, { nullable: true, description: "Address the user logs in with, in canonical form; null for users without one." })
  email!: string | null;

  @Field(() => Boolean, { description: "Whether the user has no address." })
  isAnonymous!: boolean;

  @Field(() => String, { nullable: true, description: "Verified phone number in E.164 format; null if there is none." })
  phone!: string | null;

  @Field(() => UserStatus, { description: "Status of the user." })
  status!: string;

  @Field(() => JsonScalar, { description: "All metadata of the user, nested by the paths of the application's metadata fields." })
  metadata!: Metadata;

  @Field(() => String, { description: "Language of messages to this user, e.g. en." })
  locale!: string;

  @Field(() => DateTime, { description: "Creation time." })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: "Time of the last log-in; null if the user has never logged in." })
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
