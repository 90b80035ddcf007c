import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { cursorOf, PageInfo, type PageRequest } from "../paging/index.js";
import { DateTime, JsonScalar, type Metadata } from "../users/index.js";
import { type Invitation, invitationStatuses, type InvitationStatus as Status } from "./invitations.js";

export const InvitationStatus = Object.fromEntries(invitationStatuses.map((status) => [status, status]));
registerEnumType(InvitationStatus, {
  name: "InvitationStatus",
  description: "What became of an invitation.",
  valuesConfig: {
    PENDING: { description: "It can be accepted." },
    ACCEPTED: { description: "Somebody has joined with it." },
    EXPIRED: { description: "Nobody accepted it in time; resending gives it its whole life again." },
    REVOKED: { description: "It was taken back, or the address has an account by another way." },
  },
});

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

@ObjectType({ description: "An invitation in a list." })
export class InvitationEdge {
  @Field(() => String, { description: "Where the next page begins: give it as `after`." })
  cursor!: string;

  @Field(() => InvitationView, { description: "The invitation." })
  node!: InvitationView;
}

@ObjectType({ description: "Invitations, newest first." })
export class InvitationConnection {
  @Field(() => [InvitationEdge], { description: "This page." })
  edges!: InvitationEdge[];

  @Field(() => PageInfo, { description: "Where the list stands." })
  pageInfo!: PageInfo;

  @Field(() => Int, { nullable: true, description: "Not counted: null." })
  totalCount!: number | null;

  /** A page cut from one more than was asked for. */
  static from(invitations: readonly Invitation[], page: PageRequest): InvitationConnection {
    const edges = invitations
      .slice(0, page.first)
      .map((invitation) => Object.assign(new InvitationEdge(), { cursor: cursorOf(invitation), node: InvitationView.from(invitation) }));
    return Object.assign(new InvitationConnection(), { edges, pageInfo: PageInfo.from(invitations, page), totalCount: null });
  }
}
