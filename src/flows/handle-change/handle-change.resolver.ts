import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { answer, type FlowContext } from "../../graphql/index.js";
import { emailOf } from "../handle.types.js";
import { CodeSent } from "../results.types.js";
import type { HandleChangeService } from "./handle-change.service.js";
import { ChangeHandleInput, ChangeHandleResult, ConfirmHandleInput, ConfirmHandleResult, HandleChanged } from "./handle-change.types.js";

@Resolver()
export class HandleChangeResolver {
  constructor(private readonly service: HandleChangeService) {}

  @Mutation(() => ChangeHandleResult, {
    description:
      "Sends a code to the new address by email and notifies the current address. Requires a log-in or reauthenticate within the last five minutes.",
  })
  async changeHandle(
    @Arg("input", () => ChangeHandleInput) { handle }: ChangeHandleInput,
    @Ctx() context: FlowContext,
  ): Promise<typeof ChangeHandleResult> {
    const caller = await context.authenticate();
    const outcome = await this.service.request(context, caller, emailOf(handle));
    return answer(outcome, context, ({ kind: _, ...state }) => Object.assign(new CodeSent(), state));
  }

  @Mutation(() => ConfirmHandleResult, {
    description: "Verifies the new address with the emailed code, makes it the user's handle and ends all other sessions.",
  })
  async confirmHandle(
    @Arg("input", () => ConfirmHandleInput) { code }: ConfirmHandleInput,
    @Ctx() context: FlowContext,
  ): Promise<typeof ConfirmHandleResult> {
    const caller = await context.authenticate();
    const outcome = await this.service.confirm(context, caller, code);
    return answer(outcome, context, ({ user }) => HandleChanged.from(user, caller.session.id));
  }
}
