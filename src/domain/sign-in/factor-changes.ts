import type { Application } from "../applications/index.js";
import { type SecondFactorMethodName, secondFactorMethods } from "../authenticators/index.js";
import type { Amr } from "../jwt/index.js";
import { secondFactorAttempts } from "../rate-limiting/index.js";
import type { RequestOrigin } from "../request-context.js";
import type { User } from "../users/index.js";
import type { Admission, AdmissionParts, Enrolling, Opened } from "./admission.js";
import { mustHold, unlessOvertaken } from "./overtaken.js";

/** A factor is in force. */
export interface Enabled {
  readonly kind: "enabled";
  readonly recoveryCodes: readonly string[];
  /** The session of the log-in that this enrollment finished. */
  readonly opened: Opened | null;
}
/** Who takes factors away, and why. */
export interface Removal {
  readonly event: "SECOND_FACTOR_DISABLED" | "SECOND_FACTOR_RESET";
  readonly methods: readonly SecondFactorMethodName[];
  readonly actor: string;
  /** The session that goes on. */
  readonly except?: string;
  readonly reason?: string;
}

/** As people read them. */
const factorNames: Record<SecondFactorMethodName, string> = { TOTP: "Google Authenticator (TOTP)", SMS: "Phone (SMS)" };
const amrOf: Record<SecondFactorMethodName, Amr> = { TOTP: "otp", SMS: "sms" };

/** Puts factors into force and takes them away: with new recovery codes, an end to other sessions, and a word to the owner. */
export class FactorChanges {
  constructor(
    private readonly parts: AdmissionParts,
    private readonly admission: Admission,
  ) {}

  /**
   * Puts a proved factor into force by `enable`, in the session that asked or in a new one where a log-in waited for it. Null when
   * somebody was first, or the session or the log-in has ended meanwhile.
   */
  async enable(
    application: Application,
    { user, session, token }: Enrolling,
    method: SecondFactorMethodName,
    origin: RequestOrigin,
    enable: () => Promise<boolean>,
  ): Promise<Enabled | null> {
    const { users, secondFactors, tokenChallenges, recoveryCodes, sessions, database } = this.parts;
    const amr = [amrOf[method], "mfa"] as const;
    return await unlessOvertaken(database, async () => {
      mustHold(await users.lockUnchanged(user));
      if (token) mustHold((await secondFactors.list(user)).length === 0 && (await tokenChallenges.consume(token)));
      mustHold(await enable());
      if (session) mustHold(await sessions.addProof(session, amr));
      await sessions.endOfUser(user, "SECOND_FACTOR_CHANGED", session?.id);
      const codes = await recoveryCodes.replace(user);
      const { email, locale } = user;
      const parameters = { factor: factorNames[method] };
      if (email) await this.parts.outbox.queue({ application, template: "secondFactorEnabled", to: email, locale, parameters });
      const entry = { applicationId: application.id, event: "SECOND_FACTOR_ENABLED", outcome: "SUCCESS", actor: user.id } as const;
      await this.parts.audit.record({ ...entry, origin, details: { method } });
      const opened = token ? await this.admission.open(application, user, [...(token.amr as Amr[]), ...amr], origin) : null;
      return { kind: "enabled", recoveryCodes: codes, opened };
    });
  }

  /** Takes factors away; returns which were in force. Runs in the caller's transaction. */
  async remove(application: Application, user: User, removal: Removal, origin?: RequestOrigin): Promise<SecondFactorMethodName[]> {
    const { secondFactors, recoveryCodes, sessions, outbox, audit } = this.parts;
    const { event, actor, except, reason } = removal;
    const removed: SecondFactorMethodName[] = [];
    for (const method of secondFactorMethods)
      if (removal.methods.includes(method) && (await secondFactors.disable(user, method))) removed.push(method);
    if (removed.length === 0) return [];
    if ((await secondFactors.list(user)).length === 0) await recoveryCodes.deleteOfUser(user);
    await sessions.endOfUser(user, "SECOND_FACTOR_CHANGED", except);
    const { email, locale } = user;
    const parameters = { factor: removed.map((method) => factorNames[method]).join(", ") };
    if (email) await outbox.queue({ application, template: "secondFactorDisabled", to: email, locale, parameters });
    const details = { userId: user.id, methods: removed, ...(reason === undefined ? {} : { reason }) };
    await audit.record({ applicationId: application.id, event, outcome: "SUCCESS", actor, ...(origin ? { origin } : {}), details });
    return removed;
  }

  /** Wrong codes of a factor that is gone keep nobody waiting. */
  async forgetFailures({ applicationId, id }: User): Promise<void> {
    await this.parts.throttle.clear(secondFactorAttempts(applicationId, id));
  }
}
