import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import { maskPhone } from "../../domain/users/index.js";
import { answer, type FlowContext } from "../../graphql/index.js";
import { CodeSent, ProfileUpdated } from "../results.types.js";
import { UserView } from "../user.types.js";
import type { PhoneService } from "./phone.service.js";
import {
  MaskedPhone,
  PhoneVerified,
  RemovePhoneResult,
  SetPhoneInput,
  SetPhoneResult,
  VerifyPhoneInput,
  VerifyPhoneResult,
} from "./phone.types.js";

@Resolver(() => UserView)
export class PhoneResolver {
  constructor(private readonly service: PhoneService) {}

  @Mutation(() => SetPhoneResult, {
    description:
      "Sends a verification code to a phone number by SMS. A verified number remains active until the new one is verified; replacing it requires a log-in or reauthenticate within the last five minutes.",
  })
  async setPhone(@Arg("input", () => SetPhoneInput) { phone }: SetPhoneInput, @Ctx() context: FlowContext): Promise<typeof SetPhoneResult> {
    const caller = await context.authenticateForEnrollment();
    const outcome = await this.service.request(context, caller, phone);
    return answer(outcome, context, ({ kind: _, ...state }) => Object.assign(new CodeSent(), state));
  }

  @Mutation(() => VerifyPhoneResult, { description: "Verifies a phone number with the code that was sent and makes it the user's number." })
  async verifyPhone(
    @Arg("input", () => VerifyPhoneInput) { code }: VerifyPhoneInput,
    @Ctx() context: FlowContext,
  ): Promise<typeof VerifyPhoneResult> {
    const { user, session } = await context.authenticateForEnrollment();
    const outcome = await this.service.verify(context, user, code);
    return answer(outcome, context, (changed) => PhoneVerified.from(changed.user, session?.id ?? ""));
  }

  @Mutation(() => RemovePhoneResult, {
    description:
      "Removes the phone number, also as a second factor. If the number is verified, requires a log-in or reauthenticate within the last five minutes.",
  })
  async removePhone(@Ctx() context: FlowContext): Promise<typeof RemovePhoneResult> {
    const caller = await context.authenticate();
    const outcome = await this.service.remove(context, caller);
    return answer(outcome, context, ({ user }) => ProfileUpdated.from(user, caller.session.id));
  }

  @FieldResolver(() => MaskedPhone, {
    nullable: true,
    description: "The user's verified phone number, or, if there is none, the number awaiting verification.",
  })
  async phone(@Root() { user }: UserView): Promise<MaskedPhone | null> {
    const found = await this.service.find(user);
    return found && Object.assign(new MaskedPhone(), { masked: maskPhone(found.phone), isVerified: found.isVerified });
  }
}
