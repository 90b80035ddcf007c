import type { Nouns } from "../../app/services.js";
import { proveSecondFactor, type SmsCodeSent, sendSecondFactorCode } from "../../domain/account-operations/index.js";
import type { Application } from "../../domain/applications/index.js";
import type { RequestOrigin } from "../../domain/request-context.js";
import type { Entry } from "../../domain/sessions/index.js";
import type { GivenProof } from "../../domain/sign-in/index.js";
import type { Failure } from "../../platform/errors/index.js";

/** The second half of a log-in: the second factor is proved, and the session opens. */
export class LogInCompletionService {
  constructor(private readonly nouns: Nouns) {}

  async complete(application: Application, token: string, proof: GivenProof, origin: RequestOrigin): Promise<Entry | Failure> {
    const { admission } = this.nouns;
    const challenge = { name: "LOG_IN", sessionId: null, token } as const;
    const outcome = await proveSecondFactor(this.nouns, application, challenge, proof, origin, (user, amr) =>
      admission.open(application, user, amr, origin),
    );
    return outcome.kind === "failure" ? outcome : await admission.answer(application, outcome.effect);
  }

  async sendCode(application: Application, token: string, origin: RequestOrigin): Promise<SmsCodeSent | Failure> {
    return await sendSecondFactorCode(this.nouns, application, token, origin);
  }
}
