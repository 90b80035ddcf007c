import type { Services } from "../../app/services.js";
import { type SmsCodeSent, sendSecondFactorCode, verifySecondFactor } from "../../domain/account-operations/index.js";
import type { Application } from "../../domain/applications/index.js";
import type { ClientInfo } from "../../domain/request-context.js";
import type { SignInResult } from "../../domain/sessions/index.js";
import type { SecondFactorInput } from "../../domain/sign-in/index.js";
import type { Failure } from "../../platform/errors/index.js";

/** The second half of a log-in: the second factor is proved, and the session opens. */
export class LogInCompletionService {
  constructor(private readonly services: Services) {}

  async complete(application: Application, token: string, proof: SecondFactorInput, client: ClientInfo): Promise<SignInResult | Failure> {
    const { signIn } = this.services;
    const challenge = { purpose: "LOG_IN", sessionId: null, token } as const;
    const outcome = await verifySecondFactor(this.services, application, challenge, proof, client, (tx, user, amr) =>
      signIn.openSession(tx, application, user, amr, client),
    );
    return outcome.kind === "failure" ? outcome : await signIn.toResult(application, outcome.result);
  }

  async sendCode(application: Application, token: string, client: ClientInfo): Promise<SmsCodeSent | Failure> {
    return await sendSecondFactorCode(this.services, application, token, client);
  }
}
