import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { chooseLocale } from "../../domain/applications/index.js";
import { answer, type FlowContext } from "../../graphql/index.js";
import { emailOf } from "../handle.types.js";
import { type LoggedIn, type SecondFactorEnrollmentRequired, toLogInState } from "../log-in-states.types.js";
import type { ConfirmationOutcome, SignUpService } from "./sign-up.service.js";
import {
  CompleteSignUpInput,
  CompleteSignUpResult,
  ConfirmationSent,
  ResendSignUpCodeInput,
  ResendSignUpCodeResult,
  SignUpInput,
  SignUpResult,
} from "./sign-up.types.js";
import type { SignUpCompletionService } from "./sign-up-completion.service.js";

@Resolver()
export class SignUpResolver {
  constructor(
    private readonly service: SignUpService,
    private readonly completion: SignUpCompletionService,
  ) {}

  @Mutation(() => SignUpResult, {
    description:
      "Starts a sign-up. The result does not disclose whether the address has an account; the email sent to an address with an account differs.",
  })
  async signUp(@Arg("input", () => SignUpInput) input: SignUpInput, @Ctx() context: FlowContext): Promise<typeof SignUpResult> {
    const { application, languages } = context;
    const command = {
      email: emailOf(input.handle),
      password: input.password,
      metadata: input.metadata ?? {},
      locale: chooseLocale(application, [input.locale, ...languages]),
    };
    return answer(await this.service.signUp(context, command), context, (outcome) =>
      outcome.kind === "confirmation" ? toConfirmation(outcome) : toLogInState<Opened>(outcome),
    );
  }

  @Mutation(() => ResendSignUpCodeResult, {
    description: "Sends a new code for a pending sign-up, at most once per minute; the previous code becomes invalid.",
  })
  async resendSignUpCode(
    @Arg("input", () => ResendSignUpCodeInput) { handle }: ResendSignUpCodeInput,
    @Ctx() context: FlowContext,
  ): Promise<typeof ResendSignUpCodeResult> {
    return answer(await this.service.resendCode(context, emailOf(handle)), context, toConfirmation);
  }

  @Mutation(() => CompleteSignUpResult, {
    description: "Verifies the address with the emailed code, creates the account and logs the user in.",
  })
  async completeSignUp(
    @Arg("input", () => CompleteSignUpInput) { handle, code, ticket }: CompleteSignUpInput,
    @Ctx() context: FlowContext,
  ): Promise<typeof CompleteSignUpResult> {
    const outcome = await this.completion.complete(context, { handle: emailOf(handle), code, ticket: ticket ?? null });
    return answer(outcome, context, toLogInState<Opened>);
  }
}

type Opened = LoggedIn | SecondFactorEnrollmentRequired;

const toConfirmation = ({ kind: _, ...state }: ConfirmationOutcome) => Object.assign(new ConfirmationSent(), state);
