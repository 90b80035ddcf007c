import type { Services } from "../../app/services.js";
import { type SmsCodeSent, type SmsCodeServices, sendSecondFactorCode, verifySecondFactor } from "../../domain/account-operations/index.js";
import type { ApplicationContext } from "../../domain/applications/index.js";
import type { SignInResult } from "../../domain/sessions/index.js";
import type { SecondFactorInput } from "../../domain/sign-in/index.js";
import type { Failure } from "../../platform/errors/index.js";

type Dependencies = Pick<Services, "signIn" | "secondFactorVerification" | "tokenChallenges" | "secondFactors"> & SmsCodeServices;

/** The second step of a log-in: verifies the second factor and opens the session. */
export class LogInCompletionService {
  constructor(private readonly services: Dependencies) {}

  async complete(context: ApplicationContext, token: string, proof: SecondFactorInput): Promise<SignInResult | Failure> {
    const { signIn } = this.services;
    const challenge = { purpose: "LOG_IN", sessionId: null, token } as const;
    const outcome = await verifySecondFactor(context, this.services, challenge, proof, (tx, user, amr) =>
      signIn.openSession(context, tx, user, amr),
    );
    return outcome.kind === "failure" ? outcome : await signIn.toResult(context.application, outcome.result);
  }

  async sendCode(context: ApplicationContext, token: string): Promise<SmsCodeSent | Failure> {
    return await sendSecondFactorCode(context, this.services, token);
  }
}
