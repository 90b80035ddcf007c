import { Field, ID, InputType, ObjectType } from "type-graphql";
import type { Invitation } from "../../domain/invitations/index.js";
import type { Metadata } from "../../domain/users/index.js";
import { DateTime, defineConnection, InvitationStatus, JsonScalar, resultUnion } from "../../graphql/index.js";

/** An invitation in the Management API. The inviter is a field resolver. */
@ObjectType("Invitation", { description: "An invitation to join the application." })
export class ManagedInvitationView {
  @Field(() => ID, { description: "Opaque identifier." })
  id!: string;

  @Field(() => String, { description: "Address the invitation was sent to." })
  email!: string;

  @Field(() => InvitationStatus, { description: "Status of the invitation." })
  status!: string;

  @Field(() => JsonScalar, { description: "Metadata assigned to the new user, in addition to the values the user provides." })
  metadata!: Metadata;

  @Field(() => String, { description: "Language of the email, e.g. en." })
  locale!: string;

  @Field(() => DateTime, { description: "Creation time." })
  createdAt!: Date;

  @Field(() => DateTime, { description: "Time of the last delivery." })
  sentAt!: Date;

  @Field(() => DateTime, { description: "Expiry of the invitation." })
  expiresAt!: Date;

  /** For field resolvers; not part of the schema. */
  invitation!: Invitation;

  static from(invitation: Invitation): ManagedInvitationView {
    const { id, email, status, metadata, locale, createdAt, sentAt, expiresAt } = invitation;
    const fields = { id, email, status, metadata, locale, createdAt, sentAt, expiresAt };
    return Object.assign(new ManagedInvitationView(), fields, { invitation });
  }
}

export const ManagedInvitationConnection = defineConnection({
  name: "Invitation",
  node: ManagedInvitationView,
  toNode: (invitation: Invitation) => ManagedInvitationView.from(invitation),
  description: "Invitations, newest first.",
  nodeDescription: "An invitation",
});

@InputType({ description: "Invitation to be sent." })
export class CreateInvitationInput {
  @Field(() => ID, { description: "Application the user is invited to." })
  applicationId!: string;

  @Field(() => String, { description: "Address the invitation is sent to." })
  email!: string;

  @Field(() => JsonScalar, {
    nullable: true,
    description:
      "Metadata of the new user: any of the application's fields, including roles. Takes precedence over the values the user provides.",
  })
  metadata?: Metadata | null;

  @Field(() => String, {
    nullable: true,
    description: "Language of the email, one of the application's locales. Default: the application's default language.",
  })
  locale?: string | null;
}

@InputType("InvitationIdInput", { description: "Identifies an invitation." })
export class ManagedInvitationIdInput {
  @Field(() => ID, { description: "Application of the invitation." })
  applicationId!: string;

  @Field(() => ID, { description: "Identifier of an invitation in Application.invitations, sent by a user or by the back end." })
  invitationId!: string;
}

@ObjectType("InvitationSent", {
  description: "The invitation was queued for delivery. The result does not disclose whether the address has an account.",
})
export class ManagedInvitationSent {
  @Field(() => ManagedInvitationView, { description: "The invitation." })
  invitation!: ManagedInvitationView;
}

@ObjectType("InvitationRevoked", { description: "The invitation was revoked; its code is no longer valid." })
export class ManagedInvitationRevoked {
  @Field(() => ManagedInvitationView, { description: "The invitation." })
  invitation!: ManagedInvitationView;
}

export const CreateInvitationResult = resultUnion({
  name: "CreateInvitationResult",
  description: "The sent invitation, or the reason for the failure. TooManyAttempts: the message limit of this address is exhausted.",
  states: [ManagedInvitationSent],
  failures: ["INVITATIONS_CLOSED", "HANDLE_INVALID", "LOCALE_REFUSED", "METADATA_REFUSED", "TOO_MANY_ATTEMPTS"],
});

export const ResendInvitationResult = resultUnion({
  name: "ResendInvitationResult",
  description: "The resent invitation, or the reason for the failure. TooManyAttempts: the message limit of this address is exhausted.",
  states: [ManagedInvitationSent],
  failures: ["INVITATIONS_CLOSED", "TOO_MANY_ATTEMPTS"],
});
