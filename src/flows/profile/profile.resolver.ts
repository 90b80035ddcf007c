import { Arg, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { answer, type FlowContext } from "../../graphql/index.js";
import { ProfileUpdated } from "../results.types.js";
import { UserView } from "../user.types.js";
import type { ProfileService } from "./profile.service.js";
import { SetLocaleInput, SetLocaleResult, SetMetadataInput, SetMetadataResult } from "./profile.types.js";

@Resolver()
export class ProfileResolver {
  constructor(private readonly service: ProfileService) {}

  @Query(() => UserView, {
    nullable: true,
    description:
      "The authenticated user. Without a valid session it is null together with an UNAUTHENTICATED error, so that other fields of the same query, such as application, are still returned.",
  })
  async me(@Ctx() context: FlowContext): Promise<UserView> {
    const { user, session } = await context.authenticate();
    return UserView.from(user, session.id);
  }

  @Mutation(() => SetMetadataResult, { description: "Changes the metadata fields that the user may edit." })
  async setMetadata(
    @Arg("input", () => SetMetadataInput) { metadata }: SetMetadataInput,
    @Ctx() context: FlowContext,
  ): Promise<typeof SetMetadataResult> {
    const { user, session } = await context.authenticate();
    const outcome = await this.service.setMetadata(context, user, metadata);
    return answer(outcome, context, (updated) => ProfileUpdated.from(updated.user, session.id));
  }

  @Mutation(() => SetLocaleResult, { description: "Sets the language of messages to the user." })
  async setLocale(
    @Arg("input", () => SetLocaleInput) { locale }: SetLocaleInput,
    @Ctx() context: FlowContext,
  ): Promise<typeof SetLocaleResult> {
    const { user, session } = await context.authenticate();
    const outcome = await this.service.setLocale(context, user, locale);
    return answer(outcome, context, (updated) => ProfileUpdated.from(updated.user, session.id));
  }
}
