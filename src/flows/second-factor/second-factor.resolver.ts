import { Arg, Ctx, FieldResolver, Int, Mutation, Resolver, Root } from "type-graphql";
import { answer, type FlowContext, SecondFactorView } from "../../graphql/index.js";
import { type LoggedIn, toLogInState } from "../log-in-states.types.js";
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
      "Starts the enrollment of an authenticator app. Users who already have a second factor must call reauthenticate within the five minutes before.",
  })
  async enrollTotp(@Ctx() context: FlowContext): Promise<typeof EnrollTotpResult> {
    const caller = await context.authenticateForEnrollment();
    const outcome = await this.service.enrollTotp(context.application, caller);
    return answer(outcome, context, ({ kind: _, ...state }) => Object.assign(new TotpEnrollment(), state));
  }

  @Mutation(() => ConfirmTotpResult, {
    description: "Activates the authenticator app with a code it shows. With an enrollmentToken it also completes the log-in.",
  })
  async confirmTotp(
    @Arg("input", () => ConfirmTotpInput) { code }: ConfirmTotpInput,
    @Ctx() context: FlowContext,
  ): Promise<typeof ConfirmTotpResult> {
    const caller = await context.authenticateForEnrollment();
    return answer(await this.service.confirmTotp(context, caller, code), context, toEnabled);
  }

  @Mutation(() => EnrollSmsResult, {
    description:
      "Makes the verified phone number a second factor. The number must have been verified within the last ten minutes; users who already have a second factor must also call reauthenticate within the five minutes before. With an enrollmentToken it also completes the log-in.",
  })
  async enrollSms(@Ctx() context: FlowContext): Promise<typeof EnrollSmsResult> {
    const caller = await context.authenticateForEnrollment();
    return answer(await this.service.enrollSms(context, caller), context, toEnabled);
  }

  @Mutation(() => RegenerateRecoveryCodesResult, {
    description:
      "Generates ten new recovery codes and invalidates the previous ones. Requires a log-in or reauthenticate within the last five minutes.",
  })
  async regenerateRecoveryCodes(@Ctx() context: FlowContext): Promise<typeof RegenerateRecoveryCodesResult> {
    const caller = await context.authenticate();
    const outcome = await this.service.regenerateRecoveryCodes(context, caller);
    return answer(outcome, context, ({ recoveryCodes }) => Object.assign(new RecoveryCodes(), { recoveryCodes }));
  }

  @Mutation(() => DisableSecondFactorResult, {
    description: "Removes every second factor of the user. Requires a log-in or reauthenticate within the last five minutes.",
  })
  async disableSecondFactor(@Ctx() context: FlowContext): Promise<typeof DisableSecondFactorResult> {
    const caller = await context.authenticate();
    const outcome = await this.service.disable(context, caller);
    const user = UserView.from(caller.user, caller.session.id);
    return answer(outcome, context, () => Object.assign(new SecondFactorDisabled(), { user }));
  }

  @FieldResolver(() => [SecondFactorView], { description: "Enrolled second factors, oldest first. Any one of them completes a log-in." })
  async secondFactors(@Root() { id }: UserView, @Ctx() { loaders }: FlowContext): Promise<SecondFactorView[]> {
    return (await loaders.secondFactorsOfUser.load(id)).map(SecondFactorView.from);
  }

  @FieldResolver(() => Int, { description: "Number of unused recovery codes." })
  async recoveryCodesLeft(@Root() { id }: UserView, @Ctx() { loaders }: FlowContext): Promise<number> {
    return await loaders.recoveryCodesLeftOfUser.load(id);
  }
}

const toEnabled = ({ recoveryCodes, loggedIn }: EnabledOutcome) =>
  Object.assign(new SecondFactorEnabled(), { recoveryCodes, loggedIn: loggedIn && toLogInState<LoggedIn>(loggedIn) });
