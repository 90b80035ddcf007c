import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { answer, type FlowContext } from "../../graphql/index.js";
import { UserView } from "../user.types.js";
import type { PasswordChangeService } from "./password-change.service.js";
import { ChangePasswordInput, ChangePasswordResult, PasswordChanged } from "./password-change.types.js";

@Resolver()
export class PasswordChangeResolver {
  constructor(private readonly service: PasswordChangeService) {}

  @Mutation(() => ChangePasswordResult, { description: "Changes the password and ends all other sessions; the user is notified by email." })
  async changePassword(
    @Arg("input", () => ChangePasswordInput) { currentPassword, newPassword }: ChangePasswordInput,
    @Ctx() context: FlowContext,
  ): Promise<typeof ChangePasswordResult> {
    const caller = await context.authenticate();
    const outcome = await this.service.change(context, caller, currentPassword, newPassword);
    const user = UserView.from(caller.user, caller.session.id);
    return answer(outcome, context, () => Object.assign(new PasswordChanged(), { user }));
  }
}
