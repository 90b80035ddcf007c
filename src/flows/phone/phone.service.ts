import type { Services } from "../../app/services.js";
import {
  findPhoneFailure,
  issueSmsCode,
  queueSmsNotice,
  type SentCode,
  type SmsCodeRequest,
  type SmsCodeServices,
  smsCodeSubject,
  verifySmsCode,
} from "../../domain/account-operations/index.js";
import type { ApplicationContext } from "../../domain/applications/index.js";
import type { AuthenticatedSession } from "../../domain/sessions/index.js";
import type { EnrollmentContext } from "../../domain/sign-in/index.js";
import { canonicalPhone, type Phone, type User, verifiedPhone } from "../../domain/users/index.js";
import type { Transaction } from "../../platform/database/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";

interface ChangedOutcome {
  readonly kind: "changed";
  readonly user: User;
}

const PURPOSE = "PHONE";
const smsCodeRequestOf = (user: User, phone: Phone): SmsCodeRequest => ({ user, phone, purpose: PURPOSE, template: "phoneCode" });

type Dependencies = Pick<Services, "secondFactorEnrollment" | "signIn" | "audit" | "capturesSms"> & SmsCodeServices;

/** A user's phone number, which is verified by a code that is sent to it. */
export class PhoneService {
  constructor(private readonly services: Dependencies) {}

  /** The result does not disclose whether another user has the number: the code is sent in either case. */
  async request(context: ApplicationContext, caller: EnrollmentContext, phoneAsTyped: string): Promise<SentCode | Failure> {
    const phone = canonicalPhone(phoneAsTyped);
    if (!phone) return failure("HANDLE_INVALID", { path: ["phone"] });
    const phoneFailure = findPhoneFailure(this.services, context.application, phone);
    if (phoneFailure) return phoneFailure;
    if (await this.requiresReauthentication(caller)) return failure("REAUTHENTICATION_REQUIRED");
    const record = () => this.record(context, "PHONE_REQUESTED");
    return await issueSmsCode(context, this.services, smsCodeRequestOf(caller.user, phone), record);
  }

  /** Exactly one of several concurrent requests with one code succeeds. A number that another user has verified fails like a wrong code. */
  async verify(context: ApplicationContext, user: User, code: string): Promise<ChangedOutcome | Failure> {
    const { users, clock } = this.services;
    return await verifySmsCode(context, this.services, { user, purpose: PURPOSE }, code, async (tx, phone) => {
      const phoneVerifiedAt = clock.now();
      if (!(await users.setPhone(tx, user, phone, phoneVerifiedAt))) return null;
      if (phone !== user.phone) await this.notifyUser(context, tx, user);
      await this.record(context, "PHONE_VERIFIED");
      return { kind: "changed", user: { ...user, phone, phoneVerifiedAt } };
    });
  }

  async remove(context: ApplicationContext, caller: AuthenticatedSession): Promise<ChangedOutcome | Failure> {
    if (await this.requiresReauthentication({ ...caller, challenge: null })) return failure("REAUTHENTICATION_REQUIRED");
    const { users, challenges, secondFactorEnrollment, database } = this.services;
    const { user } = caller;
    return await database.transaction(async (tx) => {
      await challenges.delete(tx, smsCodeSubject(user, PURPOSE));
      if (user.phone) {
        await users.removePhone(tx, user);
        await this.notifyUser(context, tx, user);
        await this.record(context, "PHONE_REMOVED");
      }
      // Without a number, the SMS factor would lock the user out.
      const removal = { event: "SECOND_FACTOR_DISABLED", methods: ["SMS"], except: caller.session.id } as const;
      await secondFactorEnrollment.remove(context, tx, user, removal);
      return { kind: "changed", user: { ...user, phone: null, phoneVerifiedAt: null } };
    });
  }

  /** The user's number, or else the number of a pending verification. */
  async find(user: User): Promise<{ readonly phone: Phone; readonly isVerified: boolean } | null> {
    if (user.phone) return { phone: user.phone, isVerified: verifiedPhone(user) !== null };
    const pendingChallenge = await this.services.challenges.findLive(smsCodeSubject(user, PURPOSE));
    return pendingChallenge?.detail ? { phone: pendingChallenge.detail as Phone, isVerified: false } : null;
  }

  /** A verified number may only be changed after recent authentication, another only after a recent second factor if one is enrolled. */
  private async requiresReauthentication({ user, session }: EnrollmentContext): Promise<boolean> {
    if (!session) return false;
    const { signIn } = this.services;
    const caller = { user, session };
    return verifiedPhone(user) === null
      ? !(await signIn.isSecondFactorRecentlyVerified(caller))
      : !(await signIn.isRecentlyAuthenticated(caller));
  }

  /** By mail, and by text message to the previous number if it was verified. */
  private async notifyUser(context: ApplicationContext, tx: Transaction, user: User): Promise<void> {
    const template = "phoneChanged";
    await this.services.outbox.notify(context, tx, user, template);
    if (verifiedPhone(user)) await queueSmsNotice(context, tx, this.services, user, template);
  }

  private async record(context: ApplicationContext, event: "PHONE_REQUESTED" | "PHONE_VERIFIED" | "PHONE_REMOVED"): Promise<void> {
    await this.services.audit.success(context, event);
  }
}
