import { Field, ID, ObjectType } from "type-graphql";
import { type Invitation, InvitationStatus } from "../../invitations/index.js";
import { cursorOf, PageInfo, type PageRequest } from "../../paging/index.js";
import { DateTime, JsonScalar, type Metadata } from "../../users/index.js";

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

@ObjectType("InvitationEdge", { description: "An invitation in a list." })
export class ManagedInvitationEdge {
  @Field(() => String, { description: "Where the next page begins: give it as `after`." })
  cursor!: string;

  @Field(() => ManagedInvitationView, { description: "The invitation." })
  node!: ManagedInvitationView;
}

@ObjectType("InvitationConnection", { description: "Invitations, newest first." })
export class ManagedInvitationConnection {
  @Field(() => [ManagedInvitationEdge], { description: "This page." })
  edges!: ManagedInvitationEdge[];

  @Field(() => PageInfo, { description: "Where the list stands." })
  pageInfo!: PageInfo;

  static from(invitations: readonly Invitation[], page: PageRequest): ManagedInvitationConnection {
    const edges = invitations
      .slice(0, page.first)
      .map((invitation) =>
        Object.assign(new ManagedInvitationEdge(), { cursor: cursorOf(invitation), node: ManagedInvitationView.from(invitation) }),
      );
    return Object.assign(new ManagedInvitationConnection(), { edges, pageInfo: PageInfo.from(invitations, page) });
  }
}
