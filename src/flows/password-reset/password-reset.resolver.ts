import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { answer, type FlowContext } from "../../graphql/index.js";
import { emailOf } from "../handle.types.js";
import type { PasswordResetService } from "./password-reset.service.js";
import {
  ForgotPasswordInput,
  ForgotPasswordResult,
  PasswordReset,
  PasswordResetRequested,
  ResetPasswordInput,
  ResetPasswordResult,
} from "./password-reset.types.js";

@Resolver()
export class PasswordResetResolver {
  constructor(private readonly service: PasswordResetService) {}

  @Mutation(() => ForgotPasswordResult, {
    description: "Sends a code and a link for setting a new password to the address of the account, at most once per minute.",
  })
  async forgotPassword(
    @Arg("input", () => ForgotPasswordInput) { handle }: ForgotPasswordInput,
    @Ctx() context: FlowContext,
  ): Promise<typeof ForgotPasswordResult> {
    const outcome = await this.service.request(context, emailOf(handle));
    return answer(outcome, context, ({ kind: _, ...state }) => Object.assign(new PasswordResetRequested(), state));
  }

  @Mutation(() => ResetPasswordResult, {
    description: "Sets a new password with the emailed code and ends all sessions. Does not open a session.",
  })
  async resetPassword(
    @Arg("input", () => ResetPasswordInput) { handle, code, ticket, newPassword }: ResetPasswordInput,
    @Ctx() context: FlowContext,
  ): Promise<typeof ResetPasswordResult> {
    const command = { handle: emailOf(handle), code, ticket: ticket ?? null, newPassword };
    const outcome = await this.service.reset(context, command);
    return answer(outcome, context, ({ kind: _, ...state }) => Object.assign(new PasswordReset(), state));
  }
}
