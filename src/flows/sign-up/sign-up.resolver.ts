import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { chooseLocale } from "../../domain/applications/index.js";
import type { SignInResult } from "../../domain/sessions/index.js";
import { type FlowContext, toUserError, type UserError } from "../../graphql/index.js";
import type { Failure } from "../../platform/errors/index.js";
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
    return present(await this.service.signUp(context, command), context);
  }

  @Mutation(() => ResendSignUpCodeResult, {
    description: "Sends a new code for a pending sign-up, at most once per minute; the previous code becomes invalid.",
  })
  async resendSignUpCode(
    @Arg("input", () => ResendSignUpCodeInput) { handle }: ResendSignUpCodeInput,
    @Ctx() context: FlowContext,
  ): Promise<typeof ResendSignUpCodeResult> {
    return present(await this.service.resendCode(context, emailOf(handle)), context);
  }

  @Mutation(() => CompleteSignUpResult, {
    description: "Verifies the address with the emailed code, creates the account and logs the user in.",
  })
  async completeSignUp(
    @Arg("input", () => CompleteSignUpInput) { handle, code, ticket }: CompleteSignUpInput,
    @Ctx() context: FlowContext,
  ): Promise<typeof CompleteSignUpResult> {
    const outcome = await this.completion.complete(context, { handle: emailOf(handle), code, ticket: ticket ?? null });
    return present(outcome, context);
  }
}

type Opened = LoggedIn | SecondFactorEnrollmentRequired;

function present(outcome: ConfirmationOutcome | Failure, context: FlowContext): ConfirmationSent | UserError;
function present(outcome: SignInResult | Failure, context: FlowContext): Opened | UserError;
function present(outcome: ConfirmationOutcome | SignInResult | Failure, context: FlowContext): ConfirmationSent | Opened | UserError;
function present(outcome: ConfirmationOutcome | SignInResult | Failure, { locale }: FlowContext) {
  if (outcome.kind === "failure") return toUserError(outcome, locale);
  if (outcome.kind !== "confirmation") return toLogInState(outcome);
  const { kind: _, ...answer } = outcome;
  return Object.assign(new ConfirmationSent(), answer);
}
