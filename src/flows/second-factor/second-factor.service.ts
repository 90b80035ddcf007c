import type { Services } from "../../app/services.js";
import type { Application, ApplicationContext } from "../../domain/applications/index.js";
import { createTotpProvisioning, secondFactorMethods } from "../../domain/authenticators/index.js";
import { canonicalCode } from "../../domain/one-time-codes/index.js";
import { networkFailureKeys } from "../../domain/rate-limiting/index.js";
import type { AuthenticatedSession, SignInResult } from "../../domain/sessions/index.js";
import type { EnabledFactor, EnrollmentContext } from "../../domain/sign-in/index.js";
import { verifiedPhone } from "../../domain/users/index.js";
import { addSeconds } from "../../platform/clock.js";
import { type Failure, failure, GatewayError } from "../../platform/errors/index.js";

export interface TotpOutcome {
  readonly kind: "enrolling";
  readonly secret: string;
  readonly otpauthUrl: string;
  readonly qrCode: string;
  readonly expiresAt: Date;
}
export interface EnabledOutcome {
  readonly kind: "enabled";
  readonly recoveryCodes: readonly string[];
  readonly loggedIn: SignInResult | null;
}
export interface CodesOutcome {
  readonly kind: "codes";
  readonly recoveryCodes: readonly string[];
}

/** A number that was verified within this time can be enrolled without another code. */
const PHONE_VERIFICATION_MAX_AGE_SECONDS = 600;

type Dependencies = Pick<
  Services,
  | "database"
  | "users"
  | "secondFactors"
  | "rateLimiter"
  | "secondFactorEnrollment"
  | "audit"
  | "clock"
  | "signIn"
  | "recoveryCodes"
  | "outbox"
>;

/** Enrollment and disabling of second factors by the user. */
export class SecondFactorService {
  constructor(private readonly services: Dependencies) {}

  /** The secret is only returned by this call. @throws GatewayError UNAUTHENTICATED if the user was deleted or changed concurrently */
  async enrollTotp(application: Application, caller: EnrollmentContext): Promise<TotpOutcome | Failure> {
    const enrollmentFailure = await this.findEnrollmentFailure(application, caller, "TOTP");
    if (enrollmentFailure) return enrollmentFailure;
    const { database, users, secondFactors } = this.services;
    const { user } = caller;
    const { secret, expiresAt } = await database.transaction(async (tx) => {
      if (!(await users.lockIfUnchanged(tx, user))) throw new GatewayError("UNAUTHENTICATED");
      return await secondFactors.enrollTotp(tx, user);
    });
    return { kind: "enrolling", ...(await createTotpProvisioning(application, user.email ?? user.id, secret)), expiresAt };
  }

  /** Exactly one of several concurrent requests with one code succeeds. The code is consumed: it cannot complete a log-in afterwards. */
  async confirmTotp(context: ApplicationContext, caller: EnrollmentContext, codeAsTyped: string): Promise<EnabledOutcome | Failure> {
    const { rateLimiter, secondFactors, secondFactorEnrollment, audit } = this.services;
    const { user } = caller;
    const code = canonicalCode(codeAsTyped);
    if (code === null) return failure("INVALID_CODE");
    return await rateLimiter.limited<EnabledOutcome | Failure>(
      context,
      networkFailureKeys(context.client),
      async () => {
        const verified = await secondFactors.verifyPendingTotp(user, code);
        const enabled =
          verified && (await secondFactorEnrollment.enable(context, caller, "TOTP", (tx) => secondFactors.confirmTotp(tx, user, verified)));
        if (enabled) return await this.finish(context.application, enabled);
        await audit.failure(context, "SECOND_FACTOR_REFUSED");
        return failure("INVALID_CODE");
      },
      ({ kind }) => kind === "enabled",
    );
  }

  /** Sends no message: requires a phone number that was verified within the last ten minutes. */
  async enrollSms(context: ApplicationContext, caller: EnrollmentContext): Promise<EnabledOutcome | Failure> {
    const enrollmentFailure = await this.findEnrollmentFailure(context.application, caller, "SMS");
    if (enrollmentFailure) return enrollmentFailure;
    const { secondFactors, secondFactorEnrollment, users, clock } = this.services;
    const enabled = await secondFactorEnrollment.enable(context, caller, "SMS", async (tx) => {
      const user = await users.findById(context.application.id, caller.user.id);
      const verifiedAt = user && verifiedPhone(user) ? user.phoneVerifiedAt : null;
      if (!user || !verifiedAt || addSeconds(verifiedAt, PHONE_VERIFICATION_MAX_AGE_SECONDS) <= clock.now()) return false;
      await secondFactors.enableSms(tx, user);
      return true;
    });
    return enabled ? await this.finish(context.application, enabled) : failure("PHONE_NOT_VERIFIED");
  }

  async regenerateRecoveryCodes(context: ApplicationContext, caller: AuthenticatedSession): Promise<CodesOutcome | Failure> {
    const { signIn, secondFactors, recoveryCodes, users, outbox, audit, database } = this.services;
    const { user } = caller;
    if (!(await signIn.isRecentlyAuthenticated(caller))) return failure("REAUTHENTICATION_REQUIRED");
    return await database.transaction(async (tx) => {
      if (!(await users.lockIfUnchanged(tx, user))) throw new GatewayError("UNAUTHENTICATED");
      if ((await secondFactors.list(user)).length === 0) return failure("SECOND_FACTOR_OFF");
      const codes = await recoveryCodes.replace(tx, user);
      await outbox.notify(context, tx, user, "recoveryCodesReplaced");
      await audit.success(context, "RECOVERY_CODES_REPLACED");
      return { kind: "codes", recoveryCodes: codes };
    });
  }

  /** Idempotent. */
  async disable(context: ApplicationContext, caller: AuthenticatedSession): Promise<{ kind: "disabled" } | Failure> {
    const { signIn, secondFactorEnrollment, users, database } = this.services;
    const { user, session } = caller;
    if (!(await signIn.isRecentlyAuthenticated(caller))) return failure("REAUTHENTICATION_REQUIRED");
    await database.transaction(async (tx) => {
      if (!(await users.lockIfUnchanged(tx, user))) throw new GatewayError("UNAUTHENTICATED");
      const removal = { event: "SECOND_FACTOR_DISABLED", methods: secondFactorMethods, except: session.id } as const;
      await secondFactorEnrollment.remove(context, tx, user, removal);
    });
    await secondFactorEnrollment.resetFailures(user);
    return { kind: "disabled" };
  }

  /** Null if the caller may enroll this factor. */
  private async findEnrollmentFailure(
    { settings }: Application,
    { user, session }: EnrollmentContext,
    method: "TOTP" | "SMS",
  ): Promise<Failure | null> {
    if (settings.secondFactor.mode !== method) return failure("SECOND_FACTOR_OFF");
    const isReauthenticated = !session || (await this.services.signIn.isSecondFactorRecentlyVerified({ user, session }));
    return isReauthenticated ? null : failure("REAUTHENTICATION_REQUIRED");
  }

  private async finish(application: Application, { recoveryCodes, opened }: EnabledFactor): Promise<EnabledOutcome> {
    return { kind: "enabled", recoveryCodes, loggedIn: opened && (await this.services.signIn.toResult(application, opened)) };
  }
}
