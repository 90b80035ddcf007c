import { Field, ID, InputType, ObjectType } from "type-graphql";
import type { Metadata } from "../../domain/users/index.js";
import { JsonScalar, resultUnion } from "../../graphql/index.js";
import { AddressInput } from "../handle.types.js";
import { LoggedIn, SecondFactorEnrollmentRequired } from "../log-in-states.types.js";
import { InvitationView } from "./invitation-view.types.js";

@InputType({ description: "Whom to invite." })
export class InviteInput {
  @Field(() => AddressInput, { description: "Where the invitation goes." })
  handle!: AddressInput;

  @Field(() => JsonScalar, {
    nullable: true,
    description: "Metadata of the new user: fields of setBy USER, and those of INVITER with one of their allowed values.",
  })
  metadata?: Metadata | null;

  @Field(() => String, { nullable: true, description: "Language of the mail; the inviter's when left out." })
  locale?: string | null;
}

@InputType({ description: "Which invitation." })
export class InvitationIdInput {
  @Field(() => ID, { description: "One of me.invitations." })
  invitationId!: string;
}

@InputType({ description: "Accepts an invitation: the mailed code proves the address." })
export class AcceptInvitationInput {
  @Field(() => AddressInput, { description: "The invited address." })
  handle!: AddressInput;

  @Field(() => String, { description: "The eight digits of the mail, as text." })
  code!: string;

  @Field(() => String, { description: "The new user's password; Application.password says what it must be like." })
  password!: string;

  @Field(() => JsonScalar, { nullable: true, description: "Metadata the user gives: fields of setBy USER." })
  metadata?: Metadata | null;

  @Field(() => String, { nullable: true, description: "Language of messages; the invitation's when left out." })
  locale?: string | null;
}

@ObjectType({ description: "The invitation is on its way. The same answer for addresses with and without an account." })
export class InvitationSent {
  @Field(() => InvitationView, { description: "The invitation." })
  invitation!: InvitationView;
}

@ObjectType({ description: "The invitation opens nothing any more." })
export class InvitationRevoked {
  @Field(() => InvitationView, { description: "The invitation." })
  invitation!: InvitationView;
}

export const InviteResult = resultUnion({
  name: "InviteResult",
  description: "Sent, or why not.",
  states: [InvitationSent],
  failures: ["INVITATIONS_CLOSED", "HANDLE_INVALID", "METADATA_REFUSED", "TOO_MANY_ATTEMPTS"],
});

export const AcceptInvitationResult = resultUnion({
  name: "AcceptInvitationResult",
  description: "The account is made and logged in, or why not. A refused password or metadata does not use the code up.",
  states: [LoggedIn, SecondFactorEnrollmentRequired],
  failures: ["INVITATIONS_CLOSED", "INVALID_CODE", "PASSWORD_REFUSED", "METADATA_REFUSED", "TOO_MANY_ATTEMPTS"],
});
