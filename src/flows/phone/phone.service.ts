import type { Services } from "../../app/services.js";
import {
  findPhoneFailure,
  issueSmsCode,
  queueSmsNotice,
  type SmsCodeRequest,
  type SmsCodeSent,
  smsCodeSubject,
  verifySmsCode,
} from "../../domain/account-operations/index.js";
import type { Application } from "../../domain/applications/index.js";
import type { ClientInfo } from "../../domain/request-context.js";
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

/** A user's phone number: proved by a code that is sent to it. */
export class PhoneService {
  constructor(private readonly services: Services) {}

  /** Answers alike whether somebody else has the number: who holds it gets the code. */
  async request(
    application: Application,
    caller: EnrollmentContext,
    phoneAsTyped: string,
    client: ClientInfo,
  ): Promise<SmsCodeSent | Failure> {
    const phone = canonicalPhone(phoneAsTyped);
    if (!phone) return failure("HANDLE_INVALID", { path: ["phone"] });
    const phoneFailure = findPhoneFailure(this.services, application, phone);
    if (phoneFailure) return phoneFailure;
    if (await this.requiresReauthentication(caller)) return failure("REAUTHENTICATION_REQUIRED");
    const record = () => this.record(application, caller.user, "PHONE_REQUESTED", client);
    return await issueSmsCode(this.services, application, smsCodeRequestOf(caller.user, phone), client, record);
  }

  /** Exactly one of several requests with one code succeeds. A number somebody else proved first is refused like a wrong code. */
  async verify(application: Application, user: User, code: string, client: ClientInfo): Promise<ChangedOutcome | Failure> {
    const { users, clock } = this.services;
    return await verifySmsCode(this.services, application, { user, purpose: PURPOSE }, code, client, async (tx, phone) => {
      const phoneVerifiedAt = clock.now();
      if (!(await users.setPhone(tx, user, phone, phoneVerifiedAt))) return null;
      if (phone !== user.phone) await this.notifyUser(tx, application, user, client);
      await this.record(application, user, "PHONE_VERIFIED", client);
      return { kind: "changed", user: { ...user, phone, phoneVerifiedAt } };
    });
  }

  async remove(application: Application, caller: AuthenticatedSession, client: ClientInfo): Promise<ChangedOutcome | Failure> {
    if (await this.requiresReauthentication({ ...caller, challenge: null })) return failure("REAUTHENTICATION_REQUIRED");
    const { users, challenges, secondFactorEnrollment, database } = this.services;
    const { user } = caller;
    return await database.transaction(async (tx) => {
      await challenges.delete(tx, smsCodeSubject(user, PURPOSE));
      if (user.phone) {
        await users.removePhone(tx, user);
        await this.notifyUser(tx, application, user, client);
        await this.record(application, user, "PHONE_REMOVED", client);
      }
      // A factor nothing can be sent to would only keep its owner out.
      const removal = { event: "SECOND_FACTOR_DISABLED", methods: ["SMS"], actor: user.id, except: caller.session.id } as const;
      await secondFactorEnrollment.remove(tx, application, user, removal, client);
      return { kind: "changed", user: { ...user, phone: null, phoneVerifiedAt: null } };
    });
  }

  /** The number of a user; while there is none, one that waits for its code. */
  async find(user: User): Promise<{ readonly phone: Phone; readonly isVerified: boolean } | null> {
    if (user.phone) return { phone: user.phone, isVerified: verifiedPhone(user) !== null };
    const pendingChallenge = await this.services.challenges.findLive(smsCodeSubject(user, PURPOSE));
    return pendingChallenge?.detail ? { phone: pendingChallenge.detail as Phone, isVerified: false } : null;
  }

  /** True when a number others may rely on would change, or there is a second factor, and who is there was not proved of late. */
  private async requiresReauthentication({ user, session }: EnrollmentContext): Promise<boolean> {
    if (!session) return false;
    const { signIn } = this.services;
    const caller = { user, session };
    return verifiedPhone(user) === null
      ? !(await signIn.isSecondFactorRecentlyVerified(caller))
      : !(await signIn.isRecentlyAuthenticated(caller));
  }

  /** By mail, and at the number that was used until now. */
  private async notifyUser(tx: Transaction, application: Application, user: User, client: ClientInfo): Promise<void> {
    const template = "phoneChanged";
    const { email, locale } = user;
    if (email) await this.services.outbox.queue(tx, { application, template, to: email, locale, parameters: {} });
    if (verifiedPhone(user)) await queueSmsNotice(tx, this.services, application, user, template, client);
  }

  private async record(
    { id: applicationId }: Application,
    { id: actor }: User,
    event: "PHONE_REQUESTED" | "PHONE_VERIFIED" | "PHONE_REMOVED",
    client: ClientInfo,
  ): Promise<void> {
    await this.services.audit.record({ applicationId, event, outcome: "SUCCESS", actor, client });
  }
}
