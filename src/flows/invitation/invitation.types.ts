import { Field, ID, InputType, ObjectType } from "type-graphql";
import type { Metadata } from "../../domain/users/index.js";
import { JsonScalar, resultUnion } from "../../graphql/index.js";
import { AddressInput } from "../handle.types.js";
import { LoggedIn, SecondFactorEnrollmentRequired } from "../log-in-states.types.js";
import { InvitationView } from "./invitation-view.types.js";

@InputType({ description: "Invitation to be sent." })
export class InviteInput {
  @Field(() => AddressInput, { description: "Address the invitation is sent to." })
  handle!: AddressInput;

  @Field(() => JsonScalar, {
    nullable: true,
    description: "Metadata of the new user: fields with setBy USER, and fields with setBy INVITER set to one of their allowed values.",
  })
  metadata?: Metadata | null;

  @Field(() => String, { nullable: true, description: "Language of the email. Default: the inviter's language." })
  locale?: string | null;
}

@InputType({ description: "Identifies an invitation." })
export class InvitationIdInput {
  @Field(() => ID, { description: "Identifier of an invitation in me.invitations." })
  invitationId!: string;
}

@InputType({ description: "Accepts an invitation; the emailed code verifies the address." })
export class AcceptInvitationInput {
  @Field(() => AddressInput, { description: "The invited address." })
  handle!: AddressInput;

  @Field(() => String, { description: "The eight-digit code from the email, as a string." })
  code!: string;

  @Field(() => String, {
    description: "Password of the new user; must meet Application.password. Send it as typed, not hashed by the client.",
  })
  password!: string;

  @Field(() => JsonScalar, { nullable: true, description: "Metadata provided by the user: fields with setBy USER." })
  metadata?: Metadata | null;

  @Field(() => String, { nullable: true, description: "Language of messages to the user. Default: the language of the invitation." })
  locale?: string | null;
}

@ObjectType({ description: "The invitation was queued for delivery. The result does not disclose whether the address has an account." })
export class InvitationSent {
  @Field(() => InvitationView, { description: "The invitation." })
  invitation!: InvitationView;
}

@ObjectType({ description: "The invitation was revoked; its code is no longer valid." })
export class InvitationRevoked {
  @Field(() => InvitationView, { description: "The invitation." })
  invitation!: InvitationView;
}

export const InviteResult = resultUnion({
  name: "InviteResult",
  description: "The sent invitation, or the reason for the failure.",
  states: [InvitationSent],
  failures: ["INVITATIONS_CLOSED", "HANDLE_INVALID", "METADATA_REFUSED", "TOO_MANY_ATTEMPTS"],
});

export const AcceptInvitationResult = resultUnion({
  name: "AcceptInvitationResult",
  description:
    "The tokens of the new user, or the reason for the failure. A rejected password or rejected metadata does not consume the code.",
  states: [LoggedIn, SecondFactorEnrollmentRequired],
  failures: ["INVITATIONS_CLOSED", "INVALID_CODE", "PASSWORD_REFUSED", "METADATA_REFUSED", "TOO_MANY_ATTEMPTS"],
});
