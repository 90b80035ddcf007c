import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import { type ManagementContext, SecondFactorView } from "../../graphql/index.js";
import { ManagedUserView } from "../user.types.js";
import type { SecondFactorsService } from "./second-factors.service.js";
import { ResetSecondFactorInput, ResetSecondFactorsInput, SecondFactorReset, SecondFactorsReset } from "./second-factors.types.js";

@Resolver(() => ManagedUserView)
export class SecondFactorsResolver {
  constructor(private readonly service: SecondFactorsService) {}

  @FieldResolver(() => [SecondFactorView], {
    description: "The second factors log-in asks for, oldest first. Secrets and codes are shown to nobody.",
  })
  async secondFactors(@Root() { user }: ManagedUserView, @Ctx() context: ManagementContext): Promise<SecondFactorView[]> {
    return (await context.loadersOf(user.applicationId).secondFactorsOfUser.load(user.id)).map(SecondFactorView.from);
  }

  @Mutation(() => SecondFactorReset, {
    nullable: true,
    description: "Takes a user's second factors and recovery codes away. FORBIDDEN when there is no such user here.",
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
    description: "Takes one method away from every user. Asked without confirmCount it only counts.",
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
