import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import type { SessionEntity } from "../../domain/sessions/index.js";
import type { Metadata, UserStatus as Status, User } from "../../domain/users/index.js";
import { DateTime, defineConnection, JsonScalar, resultUnion, SessionFields } from "../../graphql/index.js";
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
export class ManagedSessionView extends SessionFields {
  static from({ id, createdAt, lastUsedAt, userAgent }: SessionEntity): ManagedSessionView {
    return Object.assign(new ManagedSessionView(), { id, createdAt, lastUsedAt, userAgent });
  }
}

@InputType({ description: "Identifies a user." })
export class UserIdInput {
  @Field(() => ID, { description: "Application of the user." })
  applicationId!: string;

  @Field(() => ID, { description: "Identifier of a user in Application.users." })
  userId!: string;
}

@InputType({ description: "Metadata changes of a user." })
export class UpdateUserMetadataInput extends UserIdInput {
  @Field(() => JsonScalar, {
    description:
      "Fields to set, any of the application's metadata fields; null removes a field, fields that are not given remain unchanged.",
  })
  metadata!: Metadata;
}

@InputType({ description: "Account for a user who has not signed up." })
export class CreateUserInput {
  @Field(() => ID, { description: "Application of the new user." })
  applicationId!: string;

  @Field(() => String, { description: "Address the user will log in with." })
  email!: string;

  @Field(() => JsonScalar, {
    nullable: true,
    description: "Metadata of the user: any of the application's fields, including all required ones.",
  })
  metadata?: Metadata | null;

  @Field(() => String, {
    nullable: true,
    description: "Language of messages to the user, one of the application's locales. Default: the application's default language.",
  })
  locale?: string | null;
}

@ObjectType()
abstract class UserResult {
  @Field(() => ManagedUserView, { description: "The user." })
  user!: ManagedUserView;
}

@ObjectType({ description: "The account was created, and an email for choosing a password was queued." })
export class UserCreated extends UserResult {}

@ObjectType({
  description:
    "The user was suspended and notified by email. Requests of the user are rejected from now on; JWTs that were already issued stay valid until they expire.",
})
export class UserSuspended extends UserResult {
  @Field(() => Int, { description: "Number of sessions this request ended." })
  sessionsEnded!: number;
}

@ObjectType({
  description: "The user can log in again and was notified by email. Ended sessions and revoked invitations are not restored.",
})
export class UserActivated extends UserResult {}

@ObjectType({ description: "The rate limits of failed attempts for this account were reset." })
export class UserUnlocked extends UserResult {}

@ObjectType({ description: "All sessions of the user have ended. JWTs that were already issued stay valid until they expire." })
export class UserSessionsEnded extends UserResult {
  @Field(() => Int, { description: "Number of sessions this request ended." })
  sessionsEnded!: number;
}

@ObjectType({ description: "The account and all data stored about the user have been deleted; the user was notified by email." })
export class UserDeleted {
  @Field(() => ID, { description: "Identifier of the deleted user; it is never reused." })
  userId!: string;

  @Field(() => DateTime, { description: "Deletion time." })
  deletedAt!: Date;
}

@ObjectType({ description: "An email with a code and a link for setting a new password was queued, now or within the last minute." })
export class PasswordResetSent {
  @Field(() => DateTime, { description: "Expiry of the code." })
  expiresAt!: Date;

  @Field(() => DateTime, { description: "Earliest time at which another message is sent." })
  resendAvailableAt!: Date;
}

@ObjectType({ description: "The metadata was updated. The user's next JWT contains the change." })
export class UserMetadataUpdated extends UserResult {}

export const CreateUserResult = resultUnion({
  name: "CreateUserResult",
  description: "The created user, or the reason for the failure. SignUpClosed: the application has reached its maximum number of users.",
  states: [UserCreated],
  failures: ["HANDLE_INVALID", "HANDLE_UNAVAILABLE", "LOCALE_REFUSED", "METADATA_REFUSED", "SIGN_UP_CLOSED", "TOO_MANY_ATTEMPTS"],
});

export const SendPasswordResetResult = resultUnion({
  name: "SendPasswordResetResult",
  description:
    "The sent email, or the reason for the failure. HandleInvalid: the user has no address. TooManyAttempts: the message limit of the address is exhausted.",
  states: [PasswordResetSent],
  failures: ["ACCOUNT_SUSPENDED", "HANDLE_INVALID", "TOO_MANY_ATTEMPTS"],
});

export const UpdateUserMetadataResult = resultUnion({
  name: "UpdateUserMetadataResult",
  description: "The updated user, or the rejected fields. Metadata that would make the JWT larger than 6 KiB is rejected.",
  states: [UserMetadataUpdated],
  failures: ["METADATA_REFUSED"],
});
