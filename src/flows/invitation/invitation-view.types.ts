import { Field, ID, ObjectType } from "type-graphql";
import type { Invitation, InvitationStatus as Status } from "../../domain/invitations/index.js";
import type { Metadata } from "../../domain/users/index.js";
import { DateTime, defineConnection, InvitationStatus, JsonScalar } from "../../graphql/index.js";

@ObjectType("Invitation", { description: "Somebody who was asked to join the application." })
export class InvitationView {
  @Field(() => ID, { description: "Opaque." })
  id!: string;

  @Field(() => String, { description: "Whom it was sent to." })
  email!: string;

  @Field(() => InvitationStatus, { description: "What became of it." })
  status!: Status;

  @Field(() => JsonScalar, { description: "What the new user gets as metadata, beside what they give themselves." })
  metadata!: Metadata;

  @Field(() => DateTime, { description: "When it was sent last." })
  sentAt!: Date;

  @Field(() => DateTime, { description: "Until when it can be accepted." })
  expiresAt!: Date;

  static from({ id, email, status, metadata, sentAt, expiresAt }: Invitation): InvitationView {
    return Object.assign(new InvitationView(), { id, email, status, metadata, sentAt, expiresAt });
  }
}

export const InvitationConnection = defineConnection({
  name: "Invitation",
  node: InvitationView,
  toNode: (invitation: Invitation) => InvitationView.from(invitation),
  description: "Invitations, newest first.",
  nodeDescription: "An invitation",
  totalCount: "Not counted: null.",
});
