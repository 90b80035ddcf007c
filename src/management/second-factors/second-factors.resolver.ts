import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import { type ManagementContext, SecondFactorView } from "../../graphql/index.js";
import { ManagedUserView } from "../user.types.js";
import type { SecondFactorsService } from "./second-factors.service.js";
import { ResetSecondFactorInput, ResetSecondFactorsInput, SecondFactorReset, SecondFactorsReset } from "./second-factors.types.js";

@Resolver(() => ManagedUserView)
export class SecondFactorsResolver {
  constructor(private readonly service: SecondFactorsService) {}

  @FieldResolver(() => [SecondFactorView], {
    description: "Enrolled second factors, oldest first. Secrets and codes are never returned.",
  })
  async secondFactors(@Root() { user }: ManagedUserView, @Ctx() context: ManagementContext): Promise<SecondFactorView[]> {
    return (await context.loadersOf(user.applicationId).secondFactorsOfUser.load(user.id)).map(SecondFactorView.from);
  }

  @Mutation(() => SecondFactorReset, {
    nullable: true,
    description:
      "Removes a user's second factors and recovery codes, ends the user's sessions and notifies the user by email. FORBIDDEN if the application has no such user.",
  })
  async resetSecondFactor(
    @Arg("input", () => ResetSecondFactorInput) { applicationId, userId, reason }: ResetSecondFactorInput,
    @Ctx() context: ManagementContext,
  ): Promise<SecondFactorReset> {
    const scope = await context.requireApplication(applicationId);
    const { user, methods } = await this.service.reset(scope, userId, reason);
    return Object.assign(new SecondFactorReset(), { user: ManagedUserView.from(user), methods });
  }

  @Mutation(() => SecondFactorsReset, {
    nullable: true,
    description:
      "Removes one second factor method from all users of the application. Without confirmCount it only counts the affected users.",
  })
  async resetSecondFactors(
    @Arg("input", () => ResetSecondFactorsInput) { applicationId, method, reason, confirmCount }: ResetSecondFactorsInput,
    @Ctx() context: ManagementContext,
  ): Promise<SecondFactorsReset> {
    const scope = await context.requireApplication(applicationId);
    const outcome = await this.service.resetAll(scope, method, reason, confirmCount ?? null);
    return Object.assign(new SecondFactorsReset(), outcome);
  }
}
