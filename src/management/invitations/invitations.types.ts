import { Field, ID, ObjectType } from "type-graphql";
import type { Invitation } from "../../domain/invitations/index.js";
import type { Metadata } from "../../domain/users/index.js";
import { DateTime, defineConnection, InvitationStatus, JsonScalar } from "../../graphql/index.js";

/** An invitation as those who manage the application see it. Who sent it is a field resolver. */
@ObjectType("Invitation", { description: "Somebody who was asked to join the application." })
export class ManagedInvitationView {
  @Field(() => ID, { description: "Opaque." })
  id!: string;

  @Field(() => String, { description: "Whom it was sent to." })
  email!: string;

  @Field(() => InvitationStatus, { description: "What became of it." })
  status!: string;

  @Field(() => JsonScalar, { description: "What the new user gets as metadata, beside what they give themselves." })
  metadata!: Metadata;

  @Field(() => String, { description: "Language of its mail, e.g. en." })
  locale!: string;

  @Field(() => DateTime, { description: "When it was made." })
  createdAt!: Date;

  @Field(() => DateTime, { description: "When it was sent last." })
  sentAt!: Date;

  @Field(() => DateTime, { description: "Until when it can be accepted." })
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
