import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { answer, type FlowContext } from "../../graphql/index.js";
import { SecondFactorRequired } from "../log-in-states.types.js";
import { CompleteLogInInput, proofOf } from "../second-factor.types.js";
import type { ReauthenticatedOutcome, ReauthenticationService } from "./reauthentication.service.js";
import { CompleteReauthenticationResult, Reauthenticated, ReauthenticateInput, ReauthenticateResult } from "./reauthentication.types.js";

@Resolver()
export class ReauthenticationResolver {
  constructor(private readonly service: ReauthenticationService) {}

  @Mutation(() => ReauthenticateResult, {
    description: "Reauthenticates the user for five minutes in this session. A log-in within the last five minutes has the same effect.",
  })
  async reauthenticate(
    @Arg("input", () => ReauthenticateInput) { password }: ReauthenticateInput,
    @Ctx() context: FlowContext,
  ): Promise<typeof ReauthenticateResult> {
    const caller = await context.authenticate();
    const outcome = await this.service.reauthenticateWithPassword(context, caller, password ?? "");
    return answer(outcome, context, (done) => (done.kind === "verified" ? toReauthenticated(done) : SecondFactorRequired.from(done)));
  }

  @Mutation(() => CompleteReauthenticationResult, {
    description: "Completes reauthenticate with the second factor, in the same session.",
  })
  async completeReauthentication(
    @Arg("input", () => CompleteLogInInput) { challengeToken, proof }: CompleteLogInInput,
    @Ctx() context: FlowContext,
  ): Promise<typeof CompleteReauthenticationResult> {
    const caller = await context.authenticate();
    const outcome = await this.service.reauthenticateWithSecondFactor(context, caller, challengeToken, proofOf(proof));
    return answer(outcome, context, toReauthenticated);
  }
}

const toReauthenticated = ({ until }: ReauthenticatedOutcome) => Object.assign(new Reauthenticated(), { until });
