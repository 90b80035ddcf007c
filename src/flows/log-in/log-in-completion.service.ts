import { proveSecondFactor, type SmsCodeSent, sendSecondFactorCode } from "../../accounts/index.js";
import type { GivenProof } from "../../admission/index.js";
import type { Application } from "../../applications/index.js";
import type { RequestOrigin } from "../../audit/index.js";
import type { Failure } from "../../errors/index.js";
import type { Nouns } from "../../nouns.js";
import type { Entry } from "../../sessions/index.js";

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
