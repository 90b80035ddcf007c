import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import type { Metadata } from "../../domain/users/index.js";
import { DateTime, JsonScalar, resultUnion } from "../../graphql/index.js";
import { ManagedUserView } from "../user.types.js";

@InputType({ description: "Which user." })
export class UserIdInput {
  @Field(() => ID, { description: "The user's application." })
  applicationId!: string;

  @Field(() => ID, { description: "One of Application.users." })
  userId!: string;
}

@InputType({ description: "What to change in a user's metadata." })
export class UpdateUserMetadataInput extends UserIdInput {
  @Field(() => JsonScalar, { description: "Given fields are set, null removes one, all others stay. Any of the application's fields." })
  metadata!: Metadata;
}

@InputType({ description: "An account for somebody who has yet to come." })
export class CreateUserInput {
  @Field(() => ID, { description: "The application." })
  applicationId!: string;

  @Field(() => String, { description: "The address they will log in with." })
  email!: string;

  @Field(() => JsonScalar, { nullable: true, description: "Their metadata: any of the application's fields, all required ones." })
  metadata?: Metadata | null;

  @Field(() => String, { nullable: true, description: "Language of messages, one the application speaks; its default when left out." })
  locale?: string | null;
}

@ObjectType({ description: "There is an account, and a mail is on its way that lets its owner choose a password." })
export class UserCreated {
  @Field(() => ManagedUserView, { description: "The user." })
  user!: ManagedUserView;
}

@ObjectType({
  description: "The user is shut out from the next request on, and was told by mail. JWTs that have left live until they expire.",
})
export class UserSuspended {
  @Field(() => ManagedUserView, { description: "The user." })
  user!: ManagedUserView;

  @Field(() => Int, { description: "How many sessions this request ended." })
  sessionsEnded!: number;
}

@ObjectType({ description: "The user can log in again, and was told by mail. Sessions and invitations of before stay ended." })
export class UserActivated {
  @Field(() => ManagedUserView, { description: "The user." })
  user!: ManagedUserView;
}

@ObjectType({ description: "No wait is left that wrong guesses at this account had brought." })
export class UserUnlocked {
  @Field(() => ManagedUserView, { description: "The user." })
  user!: ManagedUserView;
}

@ObjectType({ description: "The user is logged out everywhere. JWTs that have left live until they expire." })
export class UserSessionsEnded {
  @Field(() => ManagedUserView, { description: "The user." })
  user!: ManagedUserView;

  @Field(() => Int, { description: "How many sessions this request ended." })
  sessionsEnded!: number;
}

@ObjectType({ description: "The account and everything that was kept about its user are gone; they were told by mail." })
export class UserDeleted {
  @Field(() => ID, { description: "The id the user had. It is never given to anybody else." })
  userId!: string;

  @Field(() => DateTime, { description: "When." })
  deletedAt!: Date;
}

@ObjectType({ description: "A mail with a code and a link for a new password is on its way, or was in the last minute." })
export class PasswordResetSent {
  @Field(() => DateTime, { description: "Until when the code is good." })
  expiresAt!: Date;

  @Field(() => DateTime, { description: "Before this instant nothing is sent again." })
  resendAvailableAt!: Date;
}

@ObjectType({ description: "The metadata as it is now. The user's next JWT carries it." })
export class UserMetadataUpdated {
  @Field(() => ManagedUserView, { description: "The user." })
  user!: ManagedUserView;
}

export const CreateUserResult = resultUnion({
  name: "CreateUserResult",
  description: "Made, or why not. SignUpClosed: the application is full.",
  states: [UserCreated],
  failures: ["HANDLE_INVALID", "HANDLE_UNAVAILABLE", "LOCALE_REFUSED", "METADATA_REFUSED", "SIGN_UP_CLOSED", "TOO_MANY_ATTEMPTS"],
});

export const SendPasswordResetResult = resultUnion({
  name: "SendPasswordResetResult",
  description: "Sent, or why not. HandleInvalid: the user has no address. TooManyAttempts: it has had its share of mails.",
  states: [PasswordResetSent],
  failures: ["ACCOUNT_SUSPENDED", "HANDLE_INVALID", "TOO_MANY_ATTEMPTS"],
});

export const UpdateUserMetadataResult = resultUnion({
  name: "UpdateUserMetadataResult",
  description: "Set, or which fields were refused. A JWT that would pass 6 KiB is refused, too.",
  states: [UserMetadataUpdated],
  failures: ["METADATA_REFUSED"],
});
