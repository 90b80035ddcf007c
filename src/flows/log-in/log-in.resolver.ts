import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { answer, type FlowContext } from "../../graphql/index.js";
import { emailOf } from "../handle.types.js";
import { type LoggedIn, toLogInState } from "../log-in-states.types.js";
import { CodeSent } from "../results.types.js";
import { CompleteLogInInput, proofOf } from "../second-factor.types.js";
import type { LogInService } from "./log-in.service.js";
import { CompleteLogInResult, LogInInput, LogInResult, SendLogInCodeInput, SendLogInCodeResult } from "./log-in.types.js";

@Resolver()
export class LogInResolver {
  constructor(private readonly service: LogInService) {}

  @Mutation(() => LogInResult, { description: "Logs in with a password. Users with a second factor continue with completeLogIn." })
  async logIn(
    @Arg("input", () => LogInInput) { handle, password, deviceToken }: LogInInput,
    @Ctx() context: FlowContext,
  ): Promise<typeof LogInResult> {
    const outcome = await this.service.logIn(context, { handle: emailOf(handle), password, deviceToken: deviceToken ?? null });
    return answer(outcome, context, toLogInState);
  }

  @Mutation(() => SendLogInCodeResult, {
    description:
      "Sends the code of a challenge by SMS: when the user chooses SMS among several methods, or when the first message did not arrive. At most one message per minute; earlier requests send nothing.",
  })
  async sendLogInCode(
    @Arg("input", () => SendLogInCodeInput) { challengeToken }: SendLogInCodeInput,
    @Ctx() context: FlowContext,
  ): Promise<typeof SendLogInCodeResult> {
    const outcome = await this.service.sendCode(context, challengeToken);
    return answer(outcome, context, ({ kind: _, ...state }) => Object.assign(new CodeSent(), state));
  }

  @Mutation(() => CompleteLogInResult, { description: "Completes a log-in with a second factor and opens the session." })
  async completeLogIn(
    @Arg("input", () => CompleteLogInInput) { challengeToken, proof }: CompleteLogInInput,
    @Ctx() context: FlowContext,
  ): Promise<typeof CompleteLogInResult> {
    const outcome = await this.service.complete(context, challengeToken, proofOf(proof));
    return answer(outcome, context, toLogInState<LoggedIn>);
  }
}
