import type { Transaction } from "../../platform/database/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";
import type { ApplicationContext } from "../applications/index.js";
import { canonicalRecoveryCode, type VerifiedTotp } from "../authenticators/index.js";
import type { Amr } from "../jwt/index.js";
import { type ActiveTokenChallenge, canonicalCode, type VerifiedChallenge } from "../one-time-codes/index.js";
import { networkFailureKeys, type RateLimitName, recoveryCodeKeys, secondFactorKeys } from "../rate-limiting/index.js";
import { actingAsUser } from "../request-context.js";
import { type Phone, type User, verifiedPhone } from "../users/index.js";
import { assertUnchanged, ConflictError } from "./conflict-error.js";
import type { SignIn, SignInDependencies } from "./sign-in.js";

/** The code given as second factor. */
export type SecondFactorInput = { readonly kind: "code" | "recovery-code"; readonly code: string };
/** Purpose of the challenge; reauthentication challenges are valid only in the session they were issued for. */
export type ChallengeBinding =
  | { readonly purpose: "LOG_IN"; readonly sessionId: null }
  | { readonly purpose: "REAUTHENTICATION"; readonly sessionId: string };
type VerifiedCode =
  | { readonly kind: "totp"; readonly totp: VerifiedTotp }
  | { readonly kind: "sms"; readonly sms: VerifiedChallenge }
  | { readonly kind: "recovery" };
export interface VerifiedSecondFactor<Effect> {
  readonly kind: "verified";
  readonly user: User;
  readonly result: Effect;
  /** The phone number whose code was verified; null for other methods. */
  readonly phone: Phone | null;
}
/** Effect of the verification. Runs in the transaction that consumes the code and the challenge. */
export type OnVerified<Effect> = (tx: Transaction, user: User, amr: readonly Amr[], found: ActiveTokenChallenge) => Promise<Effect>;

const amrByKind: Record<VerifiedCode["kind"], Amr> = { totp: "otp", sms: "sms", recovery: "otp" };
/** Limits on whose exhaustion the user is notified. */
const noticeTriggers: readonly RateLimitName[] = ["secondFactorConsecutive", "recoveryCodesHourly"];

/** Verifies second factors: attempts are counted per challenge and account before comparison; consumption and effect are atomic. */
export class SecondFactorVerification {
  constructor(
    private readonly dependencies: SignInDependencies,
    private readonly signIn: SignIn,
  ) {}

  /** Of concurrent requests with the same challenge or code, exactly one succeeds. */
  async verify<Effect>(
    context: ApplicationContext,
    { purpose, sessionId, token }: ChallengeBinding & { readonly token: string },
    { kind, code: codeAsTyped }: SecondFactorInput,
    onVerified: OnVerified<Effect>,
  ): Promise<VerifiedSecondFactor<Effect> | Failure> {
    const { tokenChallenges, rateLimiter } = this.dependencies;
    const challenge = await tokenChallenges.find(context.application.id, purpose, token);
    const user = challenge && (await this.signIn.findChallengeUser(challenge));
    if (!challenge || !user || challenge.sessionId !== sessionId) return failure("CHALLENGE_ENDED");
    const code = kind === "code" ? canonicalCode(codeAsTyped) : canonicalRecoveryCode(codeAsTyped);
    if (code === null) return failure("INVALID_CODE");
    const input = { kind, code };
    const accountKeys =
      kind === "code" ? secondFactorKeys(context.application.id, user.id) : recoveryCodeKeys(context.application.id, user.id);
    const verification = rateLimiter.limited<VerifiedSecondFactor<Effect> | Failure>(
      context,
      [...accountKeys, ...networkFailureKeys(context.client)],
      async (exhausted) => {
        if (!(await tokenChallenges.recordTokenAttempt(challenge))) throw new ConflictError();
        const verified = await this.verifyCode(user, input);
        if (!verified) return await this.rejectCode(context, user, exhausted);
        return await this.dependencies.database.transaction((tx) =>
          this.consume(context, tx, user, challenge, verified, input, onVerified),
        );
      },
      ({ kind }) => kind === "verified",
    );
    // A conflict is not a wrong code: because it is thrown, the rate limiter refunds the attempt.
    const outcome = await verification.catch(failureOnConflict);
    // A recovery code lifts every second factor limit.
    if (outcome.kind === "verified" && kind === "recovery-code") await rateLimiter.reset(secondFactorKeys(context.application.id, user.id));
    return outcome;
  }

  /** A code can be of either method: both are checked, and they share the limits. */
  private async verifyCode(user: User, { kind, code }: SecondFactorInput): Promise<VerifiedCode | null> {
    const { secondFactors, recoveryCodes, challenges } = this.dependencies;
    if (kind === "recovery-code") return (await recoveryCodes.verify(user, code)) ? { kind: "recovery" } : null;
    const totp = await secondFactors.verifyTotp(user, code);
    if (totp) return { kind: "totp", totp };
    const isSmsEnrolled = (await secondFactors.list(user)).some(({ method }) => method === "SMS");
    const subject = { applicationId: user.applicationId, purpose: "SECOND_FACTOR", binding: user.id } as const;
    const sms = isSmsEnrolled ? await challenges.verify(subject, code, null) : null;
    // The code must have been sent to the number that is verified now.
    return sms && sms.detail !== null && sms.detail === verifiedPhone(user) ? { kind: "sms", sms } : null;
  }

  private async consume<Effect>(
    context: ApplicationContext,
    tx: Transaction,
    user: User,
    challenge: ActiveTokenChallenge,
    verified: VerifiedCode,
    { code }: SecondFactorInput,
    onVerified: OnVerified<Effect>,
  ): Promise<VerifiedSecondFactor<Effect>> {
    const { users, secondFactors, recoveryCodes, challenges, tokenChallenges } = this.dependencies;
    assertUnchanged(await users.lockIfUnchanged(tx, user));
    if (verified.kind === "totp") assertUnchanged(await secondFactors.consumeTotpStep(tx, verified.totp));
    else if (verified.kind === "sms")
      assertUnchanged((await challenges.consume(tx, verified.sms)) && (await secondFactors.recordSmsUse(tx, user)));
    else {
      assertUnchanged(await recoveryCodes.consume(tx, user, code));
      await this.notifyRecoveryCodeUsed(context, tx, user);
    }
    assertUnchanged(await tokenChallenges.consume(tx, challenge));
    const amr = new Set<Amr>([...(challenge.amr as Amr[]), amrByKind[verified.kind], "mfa"]);
    const phone = verified.kind === "sms" ? verifiedPhone(user) : null;
    return { kind: "verified", user, result: await onVerified(tx, user, [...amr], challenge), phone };
  }

  private async notifyRecoveryCodeUsed(context: ApplicationContext, tx: Transaction, user: User): Promise<void> {
    const { recoveryCodes, outbox, audit } = this.dependencies;
    const [left = 0] = await recoveryCodes.countByUsers(user.applicationId, [user.id]);
    const parameters = { left: String(left) };
    await outbox.notify(context, tx, user, "recoveryCodeUsed", parameters);
    await audit.success(actingAsUser(context, user), "RECOVERY_CODE_USED", { left });
  }

  private async rejectCode(context: ApplicationContext, user: User, exhausted: readonly RateLimitName[]): Promise<Failure> {
    await this.dependencies.audit.failure(actingAsUser(context, user), "SECOND_FACTOR_REFUSED");
    // Wrong second factor codes imply that the client knows the password.
    if (exhausted.some((name) => noticeTriggers.includes(name)))
      await this.signIn.notifyOfGuessing(context, user, ["second-factor", user.id], "secondFactorGuessing");
    return failure("INVALID_CODE");
  }
}

function failureOnConflict(error: unknown): Failure {
  if (error instanceof ConflictError) return failure("CHALLENGE_ENDED");
  throw error;
}
