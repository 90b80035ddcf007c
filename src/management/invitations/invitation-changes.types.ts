import { Field, ID, InputType, ObjectType } from "type-graphql";
import type { Metadata } from "../../domain/users/index.js";
import { JsonScalar, resultUnion } from "../../graphql/index.js";
import { ManagedInvitationView } from "./invitations.types.js";

@InputType({ description: "Whom to invite." })
export class CreateInvitationInput {
  @Field(() => ID, { description: "The application to join." })
  applicationId!: string;

  @Field(() => String, { description: "Where the invitation goes." })
  email!: string;

  @Field(() => JsonScalar, {
    nullable: true,
    description: "Metadata of the new user: any of the application's fields, roles included. It stands, whatever they give themselves.",
  })
  metadata?: Metadata | null;

  @Field(() => String, { nullable: true, description: "Language of the mail, one the application speaks; its default when left out." })
  locale?: string | null;
}

@InputType("InvitationIdInput", { description: "Which invitation." })
export class ManagedInvitationIdInput {
  @Field(() => ID, { description: "The application it is for." })
  applicationId!: string;

  @Field(() => ID, { description: "One of Application.invitations, a user's or the back end's." })
  invitationId!: string;
}

@ObjectType("InvitationSent", { description: "The invitation is on its way. The same answer for addresses with and without an account." })
export class ManagedInvitationSent {
  @Field(() => ManagedInvitationView, { description: "The invitation." })
  invitation!: ManagedInvitationView;
}

@ObjectType("InvitationRevoked", { description: "The invitation opens nothing any more." })
export class ManagedInvitationRevoked {
  @Field(() => ManagedInvitationView, { description: "The invitation." })
  invitation!: ManagedInvitationView;
}

export const CreateInvitationResult = resultUnion({
  name: "CreateInvitationResult",
  description: "Sent, or why not. TooManyAttempts: this address has had its share of mails.",
  states: [ManagedInvitationSent],
  failures: ["INVITATIONS_CLOSED", "HANDLE_INVALID", "LOCALE_REFUSED", "METADATA_REFUSED", "TOO_MANY_ATTEMPTS"],
});

export const ResendInvitationResult = resultUnion({
  name: "ResendInvitationResult",
  description: "Sent again, or why not. TooManyAttempts: this address has had its share of mails.",
  states: [ManagedInvitationSent],
  failures: ["INVITATIONS_CLOSED", "TOO_MANY_ATTEMPTS"],
});
