import { Ctx, Mutation, Resolver } from "type-graphql";
import { answer, type FlowContext } from "../../graphql/index.js";
import type { AccountDeletionService } from "./account-deletion.service.js";
import { AccountDeleted, DeleteAccountResult } from "./account-deletion.types.js";

@Resolver()
export class AccountDeletionResolver {
  constructor(private readonly service: AccountDeletionService) {}

  @Mutation(() => DeleteAccountResult, {
    description: "Permanently deletes the caller's account. Requires a log-in or reauthenticate within the last five minutes.",
  })
  async deleteAccount(@Ctx() context: FlowContext): Promise<typeof DeleteAccountResult> {
    const caller = await context.authenticate();
    const outcome = await this.service.delete(context, caller);
    return answer(outcome, context, ({ deletedAt }) => Object.assign(new AccountDeleted(), { deletedAt }));
  }
}
