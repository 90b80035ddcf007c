import type { Nouns } from "../../app/services.js";
import type { Application } from "../../domain/applications/index.js";
import { describeTotp, secondFactorMethods } from "../../domain/authenticators/index.js";
import { failuresFrom } from "../../domain/rate-limiting/index.js";
import type { RequestOrigin } from "../../domain/request-context.js";
import type { AuthenticatedSession, Entry } from "../../domain/sessions/index.js";
import type { Enabled, Enrolling } from "../../domain/sign-in/index.js";
import { verifiedPhone } from "../../domain/users/index.js";
import { addSeconds } from "../../platform/clock.js";
import { type Failure, failure, Refusal } from "../../platform/errors/index.js";

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
  readonly loggedIn: Entry | null;
}
export interface CodesOutcome {
  readonly kind: "codes";
  readonly recoveryCodes: readonly string[];
}

/** So long a number that was proved needs no further proof. */
const FRESH_PHONE_SECONDS = 600;

/** A user sets second factors up and takes them away again. */
export class SecondFactorService {
  constructor(private readonly nouns: Nouns) {}

  /** The secret leaves the gateway in this answer and never again. @throws Refusal UNAUTHENTICATED when the user is gone meanwhile */
  async enrollTotp(application: Application, who: Enrolling): Promise<TotpOutcome | Failure> {
    const refused = await this.mayEnroll(application, who, "TOTP");
    if (refused) return refused;
    const { database, users, secondFactors } = this.nouns;
    const { user } = who;
    const { secret, expiresAt } = await database.transaction(async () => {
      if (!(await users.lockUnchanged(user))) throw new Refusal("UNAUTHENTICATED");
      return await secondFactors.enrollTotp(user);
    });
    return { kind: "enrolling", ...(await describeTotp(application, user.email ?? user.id, secret)), expiresAt };
  }

  /** Exactly one of several requests with one code succeeds; it counts as a use of that code. */
  async confirmTotp(application: Application, who: Enrolling, code: string, origin: RequestOrigin): Promise<EnabledOutcome | Failure> {
    const { throttle, secondFactors, factorChanges, audit } = this.nouns;
    const { user } = who;
    return await throttle.guard<EnabledOutcome | Failure>(
      failuresFrom(origin),
      origin,
      async () => {
        const matched = await secondFactors.matchPendingTotp(user, code);
        const confirm = matched && (() => secondFactors.confirmTotp(user, matched));
        const enabled = confirm && (await factorChanges.enable(application, who, "TOTP", origin, confirm));
        if (enabled) return await this.finish(application, enabled);
        const entry = {
          applicationId: application.id,
          event: "SECOND_FACTOR_REFUSED",
          outcome: "FAILURE",
          actor: user.id,
          origin,
        } as const;
        await audit.record(entry);
        return failure("INVALID_CODE");
      },
      ({ kind }) => kind === "enabled",
    );
  }

  /** The number was proved a moment ago: that is enough, and no second message is sent. */
  async enrollSms(application: Application, who: Enrolling, origin: RequestOrigin): Promise<EnabledOutcome | Failure> {
    const refused = await this.mayEnroll(application, who, "SMS");
    if (refused) return refused;
    const { secondFactors, factorChanges, users, clock } = this.nouns;
    const enabled = await factorChanges.enable(application, who, "SMS", origin, async () => {
      const user = await users.findById(application.id, who.user.id);
      const verifiedAt = user && verifiedPhone(user) ? user.phoneVerifiedAt : null;
      if (!user || !verifiedAt || addSeconds(verifiedAt, FRESH_PHONE_SECONDS) <= clock.now()) return false;
      await secondFactors.enableSms(user);
      return true;
    });
    return enabled ? await this.finish(application, enabled) : failure("PHONE_NOT_VERIFIED");
  }

  async regenerateRecoveryCodes(
    application: Application,
    who: AuthenticatedSession,
    origin: RequestOrigin,
  ): Promise<CodesOutcome | Failure> {
    const { admission, secondFactors, recoveryCodes, users, outbox, audit, database } = this.nouns;
    const { user } = who;
    if (!(await admission.isProofFresh(who))) return failure("REAUTHENTICATION_REQUIRED");
    return await database.transaction(async () => {
      if (!(await users.lockUnchanged(user))) throw new Refusal("UNAUTHENTICATED");
      if ((await secondFactors.list(user)).length === 0) return failure("SECOND_FACTOR_OFF");
      const codes = await recoveryCodes.replace(user);
      const { email, locale } = user;
      if (email) await outbox.queue({ application, template: "recoveryCodesReplaced", to: email, locale, parameters: {} });
      await audit.record({
        applicationId: application.id,
        event: "RECOVERY_CODES_REPLACED",
        outcome: "SUCCESS",
        actor: user.id,
        origin,
      });
      return { kind: "codes", recoveryCodes: codes };
    });
  }

  /** Turning it off twice does no harm. */
  async disable(application: Application, who: AuthenticatedSession, origin: RequestOrigin): Promise<{ kind: "disabled" } | Failure> {
    const { admission, factorChanges, users, database } = this.nouns;
    const { user, session } = who;
    if (!(await admission.isProofFresh(who))) return failure("REAUTHENTICATION_REQUIRED");
    await database.transaction(async () => {
      if (!(await users.lockUnchanged(user))) throw new Refusal("UNAUTHENTICATED");
      const removal = { event: "SECOND_FACTOR_DISABLED", methods: secondFactorMethods, actor: user.id, except: session.id } as const;
      await factorChanges.remove(application, user, removal, origin);
    });
    await factorChanges.forgetFailures(user);
    return { kind: "disabled" };
  }

  /** Null when this factor may be enrolled here and now. */
  private async mayEnroll({ settings }: Application, { user, session }: Enrolling, method: "TOTP" | "SMS"): Promise<Failure | null> {
    if (settings.secondFactor.mode !== method) return failure("SECOND_FACTOR_OFF");
    const isProved = !session || (await this.nouns.admission.isFactorProofFresh({ user, session }));
    return isProved ? null : failure("REAUTHENTICATION_REQUIRED");
  }

  private async finish(application: Application, { recoveryCodes, opened }: Enabled): Promise<EnabledOutcome> {
    return { kind: "enabled", recoveryCodes, loggedIn: opened && (await this.nouns.admission.answer(application, opened)) };
  }
}
