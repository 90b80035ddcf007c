import { Field, ID, ObjectType } from "type-graphql";
import type { Invitation } from "../../domain/invitations/index.js";
import type { Metadata } from "../../domain/users/index.js";
import { DateTime, defineConnection, InvitationStatus, JsonScalar } from "../../graphql/index.js";

/** An invitation as those who manage the application see it. Who sent it is a field resolver. */
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
