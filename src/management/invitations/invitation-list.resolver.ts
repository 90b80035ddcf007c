import { Arg, FieldResolver, Int, Resolver, Root } from "type-graphql";
import type { InvitationFilter, Invitations } from "../../domain/invitations/index.js";
import { InvitationStatus } from "../../graphql/index.js";
import { requirePage } from "../../platform/pagination/index.js";
import { ManagedApplicationView } from "../application.types.js";
import { ManagedInvitationConnection } from "./invitations.types.js";

@Resolver(() => ManagedApplicationView)
export class InvitationListResolver {
  constructor(private readonly list: Invitations) {}

  @FieldResolver(() => ManagedInvitationConnection.type, {
    description: "Invitations of the application, sent by users and by the back end, newest first. `first` is at most 100.",
  })
  async invitations(
    @Root() { id }: ManagedApplicationView,
    @Arg("status", () => InvitationStatus, { nullable: true, description: "Only invitations with this status." }) status:
      | InvitationFilter["status"]
      | null,
    @Arg("first", () => Int, { defaultValue: 20 }) first: number,
    @Arg("after", () => String, { nullable: true }) after: string | undefined,
  ): Promise<object> {
    const page = requirePage(first, after);
    return ManagedInvitationConnection.from(await this.list.listPage(id, status == null ? {} : { status }, page), page);
  }
}
