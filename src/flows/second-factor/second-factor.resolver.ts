import { Arg, Ctx, FieldResolver, Int, Mutation, Resolver, Root } from "type-graphql";
import { type FlowContext, SecondFactorView, toUserError, type UserError } from "../../graphql/index.js";
import type { Failure } from "../../platform/errors/index.js";
import { toLogInState } from "../log-in-states.types.js";
import { UserView } from "../user.types.js";
import type { EnabledOutcome, SecondFactorService } from "./second-factor.service.js";
import {
  ConfirmTotpInput,
  ConfirmTotpResult,
  DisableSecondFactorResult,
  EnrollSmsResult,
  EnrollTotpResult,
  RecoveryCodes,
  RegenerateRecoveryCodesResult,
  SecondFactorDisabled,
  SecondFactorEnabled,
  TotpEnrollment,
} from "./second-factor.types.js";

@Resolver(() => UserView)
export class SecondFactorResolver {
  constructor(private readonly service: SecondFactorService) {}

  @Mutation(() => EnrollTotpResult, {
    description:
      "Begins to set up an authenticator application. A user with a second factor needs a reauthenticate of the last five minutes.",
  })
  async enrollTotp(@Ctx() context: FlowContext): Promise<typeof EnrollTotpResult> {
    const caller = await context.authenticateForEnrollment();
    const outcome = await this.service.enrollTotp(context.application, caller);
    if (outcome.kind === "failure") return toUserError(outcome, context.locale);
    const { kind: _, ...enrollment } = outcome;
    return Object.assign(new TotpEnrollment(), enrollment);
  }

  @Mutation(() => ConfirmTotpResult, {
    description: "Puts the authenticator application into force. With an enrollmentToken it also finishes the log-in.",
  })
  async confirmTotp(
    @Arg("input", () => ConfirmTotpInput) { code }: ConfirmTotpInput,
    @Ctx() context: FlowContext,
  ): Promise<typeof ConfirmTotpResult> {
    const caller = await context.authenticateForEnrollment();
    return presentEnabled(await this.service.confirmTotp(context, caller, code), context);
  }

  @Mutation(() => EnrollSmsResult, {
    description:
      "Makes the verified phone the second factor. It must have been verified within the last ten minutes; a user with a second factor needs a reauthenticate, too. With an enrollmentToken it also finishes the log-in.",
  })
  async enrollSms(@Ctx() context: FlowContext): Promise<typeof EnrollSmsResult> {
    const caller = await context.authenticateForEnrollment();
    return presentEnabled(await this.service.enrollSms(context, caller), context);
  }

  @Mutation(() => RegenerateRecoveryCodesResult, {
    description: "Makes ten new recovery codes; older ones are void. Needs a log-in or reauthenticate of the last five minutes.",
  })
  async regenerateRecoveryCodes(@Ctx() context: FlowContext): Promise<typeof RegenerateRecoveryCodesResult> {
    const caller = await context.authenticate();
    const outcome = await this.service.regenerateRecoveryCodes(context, caller);
    if (outcome.kind === "failure") return toUserError(outcome, context.locale);
    return Object.assign(new RecoveryCodes(), { recoveryCodes: outcome.recoveryCodes });
  }

  @Mutation(() => DisableSecondFactorResult, {
    description: "Turns the second factor off, every method. Needs a log-in or reauthenticate of the last five minutes.",
  })
  async disableSecondFactor(@Ctx() context: FlowContext): Promise<typeof DisableSecondFactorResult> {
    const caller = await context.authenticate();
    const outcome = await this.service.disable(context, caller);
    if (outcome.kind === "failure") return toUserError(outcome, context.locale);
    return Object.assign(new SecondFactorDisabled(), { user: UserView.from(caller.user, caller.session.id) });
  }

  @FieldResolver(() => [SecondFactorView], { description: "The second factors log-in asks for, oldest first; any one of them is enough." })
  async secondFactors(@Root() { id }: UserView, @Ctx() { loaders }: FlowContext): Promise<SecondFactorView[]> {
    return (await loaders.secondFactorsOfUser.load(id)).map(SecondFactorView.from);
  }

  @FieldResolver(() => Int, { description: "Recovery codes that were not used yet." })
  async recoveryCodesLeft(@Root() { id }: UserView, @Ctx() { loaders }: FlowContext): Promise<number> {
    return await loaders.recoveryCodesLeftOfUser.load(id);
  }
}

function presentEnabled(outcome: EnabledOutcome | Failure, { locale }: FlowContext): SecondFactorEnabled | UserError {
  if (outcome.kind === "failure") return toUserError(outcome, locale);
  const { recoveryCodes, loggedIn } = outcome;
  return Object.assign(new SecondFactorEnabled(), { recoveryCodes, loggedIn: loggedIn && toLogInState(loggedIn) });
}
