import { Field, ID, ObjectType } from "type-graphql";
import type { Invitation, InvitationStatus as Status } from "../../domain/invitations/index.js";
import type { Metadata } from "../../domain/users/index.js";
import { DateTime, defineConnection, InvitationStatus, JsonScalar } from "../../graphql/index.js";

@ObjectType("Invitation", { description: "An invitation to join the application." })
export class InvitationView {
  @Field(() => ID, { description: "Opaque identifier." })
  id!: string;

  @Field(() => String, { description: "Address the invitation was sent to." })
  email!: string;

  @Field(() => InvitationStatus, { description: "Status of the invitation." })
  status!: Status;

  @Field(() => JsonScalar, { description: "Metadata assigned to the new user, in addition to the values the user provides." })
  metadata!: Metadata;

  @Field(() => DateTime, { description: "Time of the last delivery." })
  sentAt!: Date;

  @Field(() => DateTime, { description: "Expiry of the invitation." })
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
  totalCount: "Always null: the total is not counted.",
});
