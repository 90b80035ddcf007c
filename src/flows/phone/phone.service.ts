import type { Nouns } from "../../app/services.js";
import {
  issueSmsCode,
  queueSmsNotice,
  refusalOfPhone,
  type SmsCodeRequest,
  type SmsCodeSent,
  smsCodeSubject,
  verifySmsCode,
} from "../../domain/account-operations/index.js";
import type { Application } from "../../domain/applications/index.js";
import type { RequestOrigin } from "../../domain/request-context.js";
import type { AuthenticatedSession } from "../../domain/sessions/index.js";
import type { Enrolling } from "../../domain/sign-in/index.js";
import { canonicalPhone, type Phone, type User, verifiedPhone } from "../../domain/users/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";

interface ChangedOutcome {
  readonly kind: "changed";
  readonly user: User;
}

const PURPOSE = "PHONE";
const messageOf = (user: User, phone: Phone): SmsCodeRequest => ({ user, phone, purpose: PURPOSE, template: "phoneCode" });

/** A user's phone number: proved by a code that is sent to it. */
export class PhoneService {
  constructor(private readonly nouns: Nouns) {}

  /** Answers alike whether somebody else has the number: who holds it gets the code. */
  async request(application: Application, who: Enrolling, typed: string, origin: RequestOrigin): Promise<SmsCodeSent | Failure> {
    const phone = canonicalPhone(typed);
    if (!phone) return failure("HANDLE_INVALID", { path: ["phone"] });
    const refusal = refusalOfPhone(this.nouns, application, phone);
    if (refusal) return refusal;
    if (await this.mustProveAgain(who)) return failure("REAUTHENTICATION_REQUIRED");
    const record = () => this.record(application, who.user, "PHONE_REQUESTED", origin);
    return await issueSmsCode(this.nouns, application, messageOf(who.user, phone), origin, record);
  }

  /** Exactly one of several requests with one code succeeds. A number somebody else proved first is refused like a wrong code. */
  async verify(application: Application, user: User, code: string, origin: RequestOrigin): Promise<ChangedOutcome | Failure> {
    const { users, clock } = this.nouns;
    return await verifySmsCode(this.nouns, application, { user, purpose: PURPOSE }, code, origin, async (phone) => {
      const phoneVerifiedAt = clock.now();
      if (!(await users.setPhone(user, phone, phoneVerifiedAt))) return null;
      if (phone !== user.phone) await this.tellOwner(application, user, origin);
      await this.record(application, user, "PHONE_VERIFIED", origin);
      return { kind: "changed", user: { ...user, phone, phoneVerifiedAt } };
    });
  }

  async remove(application: Application, who: AuthenticatedSession, origin: RequestOrigin): Promise<ChangedOutcome | Failure> {
    if (await this.mustProveAgain({ ...who, token: null })) return failure("REAUTHENTICATION_REQUIRED");
    const { users, challenges, factorChanges, database } = this.nouns;
    const { user } = who;
    return await database.transaction(async () => {
      await challenges.delete(smsCodeSubject(user, PURPOSE));
      if (user.phone) {
        await users.removePhone(user);
        await this.tellOwner(application, user, origin);
        await this.record(application, user, "PHONE_REMOVED", origin);
      }
      // A factor nothing can be sent to would only keep its owner out.
      const removal = { event: "SECOND_FACTOR_DISABLED", methods: ["SMS"], actor: user.id, except: who.session.id } as const;
      await factorChanges.remove(application, user, removal, origin);
      return { kind: "changed", user: { ...user, phone: null, phoneVerifiedAt: null } };
    });
  }

  /** The number of a user; while there is none, one that waits for its code. */
  async find(user: User): Promise<{ readonly phone: Phone; readonly isVerified: boolean } | null> {
    if (user.phone) return { phone: user.phone, isVerified: verifiedPhone(user) !== null };
    const claim = await this.nouns.challenges.findLive(smsCodeSubject(user, PURPOSE));
    return claim?.detail ? { phone: claim.detail as Phone, isVerified: false } : null;
  }

  /** True when a number others may rely on would change, or there is a second factor, and who is there was not proved of late. */
  private async mustProveAgain({ user, session }: Enrolling): Promise<boolean> {
    if (!session) return false;
    const { admission } = this.nouns;
    const who = { user, session };
    return verifiedPhone(user) === null ? !(await admission.isFactorProofFresh(who)) : !(await admission.isProofFresh(who));
  }

  /** By mail, and at the number that was used until now. Runs in the caller's transaction. */
  private async tellOwner(application: Application, user: User, origin: RequestOrigin): Promise<void> {
    const template = "phoneChanged";
    const { email, locale } = user;
    if (email) await this.nouns.outbox.queue({ application, template, to: email, locale, parameters: {} });
    if (verifiedPhone(user)) await queueSmsNotice(this.nouns, application, user, template, origin);
  }

  private async record(
    { id: applicationId }: Application,
    { id: actor }: User,
    event: "PHONE_REQUESTED" | "PHONE_VERIFIED" | "PHONE_REMOVED",
    origin: RequestOrigin,
  ): Promise<void> {
    await this.nouns.audit.record({ applicationId, event, outcome: "SUCCESS", actor, origin });
  }
}
