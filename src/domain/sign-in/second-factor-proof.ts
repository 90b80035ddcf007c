import { type Failure, failure } from "../../platform/errors/index.js";
import type { Application } from "../applications/index.js";
import type { MatchedTotp } from "../authenticators/index.js";
import type { Amr } from "../jwt/index.js";
import type { FoundToken, MatchedChallenge } from "../one-time-codes/index.js";
import { type BudgetName, failuresFrom, recoveryCodeAttempts, secondFactorAttempts } from "../rate-limiting/index.js";
import type { RequestOrigin } from "../request-context.js";
import { type Phone, type User, verifiedPhone } from "../users/index.js";
import type { Admission, AdmissionParts } from "./admission.js";
import { mustHold, Overtaken } from "./overtaken.js";

/** What somebody gives as the second factor. */
export type GivenProof = { readonly kind: "code" | "recovery code"; readonly text: string };
/** Which challenges may be answered; those of a session only in it. */
export type ProofPurpose =
  | { readonly name: "LOG_IN"; readonly sessionId: null }
  | { readonly name: "REAUTHENTICATION"; readonly sessionId: string };
type Match =
  | { readonly kind: "totp"; readonly totp: MatchedTotp }
  | { readonly kind: "sms"; readonly sms: MatchedChallenge }
  | { readonly kind: "recovery" };
export interface Proved<Effect> {
  readonly kind: "proved";
  readonly user: User;
  readonly effect: Effect;
  /** The number whose code was given; null for other proofs. */
  readonly phone: Phone | null;
}
/** What the proof is for. Runs in the transaction that uses it up. */
export type EffectsOfProof<Effect> = (user: User, amr: readonly Amr[], found: FoundToken) => Promise<Effect>;

const amrOf: Record<Match["kind"], Amr> = { totp: "otp", sms: "sms", recovery: "otp" };
/** Budgets of one account: once the first of them is used up the owner hears of it. */
const ownerHears: readonly BudgetName[] = ["secondFactorConsecutive", "recoveryCodesHourly"];

/** Answers challenges: counted before it is compared, per challenge and per account, and used up together with its effect. */
export class SecondFactorProof {
  constructor(
    private readonly parts: AdmissionParts,
    private readonly admission: Admission,
  ) {}

  /** Exactly one of several requests with one challenge or one code succeeds. */
  async prove<Effect>(
    application: Application,
    { name, sessionId, token }: ProofPurpose & { readonly token: string },
    proof: GivenProof,
    origin: RequestOrigin,
    effects: EffectsOfProof<Effect>,
  ): Promise<Proved<Effect> | Failure> {
    const { tokenChallenges, throttle } = this.parts;
    const found = await tokenChallenges.find(application.id, name, token);
    const user = found && (await this.admission.findStanding(found));
    if (!found || !user || found.sessionId !== sessionId) return failure("CHALLENGE_ENDED");
    const own = proof.kind === "code" ? secondFactorAttempts(application.id, user.id) : recoveryCodeAttempts(application.id, user.id);
    const guarded = throttle.guard<Proved<Effect> | Failure>(
      [...own, ...failuresFrom(origin)],
      origin,
      async (exhausted) => {
        if (!(await tokenChallenges.countAttempt(found))) throw new Overtaken();
        const match = await this.match(user, proof);
        if (!match) return await this.refuse(application, user, exhausted, origin);
        return await this.parts.database.transaction(() => this.spend(application, user, found, match, proof, origin, effects));
      },
      ({ kind }) => kind === "proved",
    );
    // Whoever lost a race gave no wrong code: what is thrown costs no attempt.
    const outcome = await guarded.catch(failureWhenOvertaken);
    // A recovery code is the way back from every wait.
    if (outcome.kind === "proved" && proof.kind === "recovery code") await throttle.clear(secondFactorAttempts(application.id, user.id));
    return outcome;
  }

  /** A code may be of either method: both are looked at, with the attempts they share. */
  private async match(user: User, { kind, text }: GivenProof): Promise<Match | null> {
    const { secondFactors, recoveryCodes, challenges } = this.parts;
    if (kind === "recovery code") return (await recoveryCodes.isLeft(user, text)) ? { kind: "recovery" } : null;
    const totp = await secondFactors.matchTotp(user, text);
    if (totp) return { kind: "totp", totp };
    const isSmsEnrolled = (await secondFactors.list(user)).some(({ method }) => method === "SMS");
    const isPossible = isSmsEnrolled && /^[0-9]{6,10}$/.test(text);
    const subject = { applicationId: user.applicationId, purpose: "SECOND_FACTOR", binding: user.id } as const;
    const sms = isPossible ? await challenges.attempt(subject, text, null) : null;
    // A number that is no longer the user's, or must be proved anew, proves nothing.
    return sms && sms.detail !== null && sms.detail === verifiedPhone(user) ? { kind: "sms", sms } : null;
  }

  private async spend<Effect>(
    application: Application,
    user: User,
    found: FoundToken,
    match: Match,
    { text }: GivenProof,
    origin: RequestOrigin,
    effects: EffectsOfProof<Effect>,
  ): Promise<Proved<Effect>> {
    const { users, secondFactors, recoveryCodes, challenges, tokenChallenges } = this.parts;
    mustHold(await users.lockUnchanged(user));
    if (match.kind === "totp") mustHold(await secondFactors.spendTotp(match.totp));
    else if (match.kind === "sms") mustHold((await challenges.consume(match.sms)) && (await secondFactors.spendSms(user)));
    else {
      mustHold(await recoveryCodes.use(user, text));
      await this.tellOfRecovery(application, user, origin);
    }
    mustHold(await tokenChallenges.consume(found));
    const amr = new Set<Amr>([...(found.amr as Amr[]), amrOf[match.kind], "mfa"]);
    const phone = match.kind === "sms" ? verifiedPhone(user) : null;
    return { kind: "proved", user, effect: await effects(user, [...amr], found), phone };
  }

  private async tellOfRecovery(application: Application, user: User, origin: RequestOrigin): Promise<void> {
    const { recoveryCodes, outbox, audit } = this.parts;
    const [left = 0] = await recoveryCodes.countOfUsers(user.applicationId, [user.id]);
    const { email, locale } = user;
    const parameters = { left: String(left) };
    if (email) await outbox.queue({ application, template: "recoveryCodeUsed", to: email, locale, parameters });
    const entry = { applicationId: application.id, event: "RECOVERY_CODE_USED", outcome: "SUCCESS", actor: user.id } as const;
    await audit.record({ ...entry, origin, details: { left } });
  }

  private async refuse(application: Application, user: User, exhausted: readonly BudgetName[], origin: RequestOrigin): Promise<Failure> {
    const entry = { applicationId: application.id, event: "SECOND_FACTOR_REFUSED", outcome: "FAILURE", actor: user.id, origin } as const;
    await this.parts.audit.record(entry);
    if (exhausted.some((name) => ownerHears.includes(name))) await this.tellOwner(application, user, origin);
    return failure("INVALID_CODE");
  }

  /** Whoever gives wrong codes knows the password. At most one notice a day. */
  private async tellOwner(application: Application, user: User, origin: RequestOrigin): Promise<void> {
    const { throttle, outbox, database } = this.parts;
    const notice = { applicationId: application.id, budget: "guessingNotices", parts: ["second-factor", user.id] } as const;
    const taken = await throttle.take([notice], origin);
    const isFirst = taken.kind === "taken" && taken.exhausted.includes("guessingNotices");
    const { email, locale } = user;
    if (email && isFirst)
      await database.transaction(() => outbox.queue({ application, template: "secondFactorGuessing", to: email, locale, parameters: {} }));
  }
}

function failureWhenOvertaken(error: unknown): Failure {
  if (error instanceof Overtaken) return failure("CHALLENGE_ENDED");
  throw error;
}
