import type { Transaction } from "../../platform/database/index.js";
import type { ApplicationContext } from "../applications/index.js";
import { type SecondFactorMethodName, secondFactorMethods } from "../authenticators/index.js";
import type { Amr } from "../jwt/index.js";
import { secondFactorKeys } from "../rate-limiting/index.js";
import { actingAsUser } from "../request-context.js";
import type { User } from "../users/index.js";
import { assertUnchanged, runOrConflict } from "./conflict-error.js";
import type { EnrollmentContext, OpenedSession, SignIn, SignInDependencies } from "./sign-in.js";

/** A factor is in force. */
export interface EnabledFactor {
  readonly kind: "enabled";
  readonly recoveryCodes: readonly string[];
  /** The session of the log-in that this enrollment finished. */
  readonly opened: OpenedSession | null;
}
/** Who takes factors away, and why. */
export interface FactorRemoval {
  readonly event: "SECOND_FACTOR_DISABLED" | "SECOND_FACTOR_RESET";
  readonly methods: readonly SecondFactorMethodName[];
  /** The session that goes on. */
  readonly except?: string;
  readonly reason?: string;
}

/** As people read them. */
const factorNames: Record<SecondFactorMethodName, string> = { TOTP: "Google Authenticator (TOTP)", SMS: "Phone (SMS)" };
const amrByMethod: Record<SecondFactorMethodName, Amr> = { TOTP: "otp", SMS: "sms" };

/** Puts factors into force and takes them away: with new recovery codes, an end to other sessions, and a word to the owner. */
export class SecondFactorEnrollment {
  constructor(
    private readonly dependencies: SignInDependencies,
    private readonly signIn: SignIn,
  ) {}

  /**
   * Puts a proved factor into force by `enable`, in the session that asked or in a new one where a log-in waited for it. Null when
   * somebody was first, or the session or the log-in has ended meanwhile.
   */
  async enable(
    context: ApplicationContext,
    { user, session, challenge }: EnrollmentContext,
    method: SecondFactorMethodName,
    activate: (tx: Transaction) => Promise<boolean>,
  ): Promise<EnabledFactor | null> {
    const { users, secondFactors, tokenChallenges, recoveryCodes, sessions, database } = this.dependencies;
    const amr = [amrByMethod[method], "mfa"] as const;
    return await runOrConflict(database, async (tx) => {
      assertUnchanged(await users.lockIfUnchanged(tx, user));
      if (challenge) assertUnchanged((await secondFactors.list(user)).length === 0 && (await tokenChallenges.consume(tx, challenge)));
      assertUnchanged(await activate(tx));
      if (session) assertUnchanged(await sessions.addAuthenticationMethods(tx, session, amr));
      await sessions.endByUser(tx, user, "SECOND_FACTOR_CHANGED", session?.id);
      const codes = await recoveryCodes.replace(tx, user);
      const parameters = { factor: factorNames[method] };
      await this.dependencies.outbox.notify(context, tx, user, "secondFactorEnabled", parameters);
      await this.dependencies.audit.success(actingAsUser(context, user), "SECOND_FACTOR_ENABLED", { method });
      const opened = challenge ? await this.signIn.openSession(context, tx, user, [...(challenge.amr as Amr[]), ...amr]) : null;
      return { kind: "enabled", recoveryCodes: codes, opened };
    });
  }

  /** Takes factors away; returns which were in force. */
  async remove(context: ApplicationContext, tx: Transaction, user: User, removal: FactorRemoval): Promise<SecondFactorMethodName[]> {
    const { secondFactors, recoveryCodes, sessions, outbox, audit } = this.dependencies;
    const { event, except, reason } = removal;
    const removed: SecondFactorMethodName[] = [];
    for (const method of secondFactorMethods)
      if (removal.methods.includes(method) && (await secondFactors.disable(tx, user, method))) removed.push(method);
    if (removed.length === 0) return [];
    if ((await secondFactors.list(user)).length === 0) await recoveryCodes.deleteByUser(tx, user);
    await sessions.endByUser(tx, user, "SECOND_FACTOR_CHANGED", except);
    const parameters = { factor: removed.map((method) => factorNames[method]).join(", ") };
    await outbox.notify(context, tx, user, "secondFactorDisabled", parameters);
    const details = { userId: user.id, methods: removed, ...(reason === undefined ? {} : { reason }) };
    await audit.success(context, event, details);
    return removed;
  }

  /** Wrong codes of a factor that is gone keep nobody waiting. */
  async resetFailures({ applicationId, id }: User): Promise<void> {
    await this.dependencies.rateLimiter.reset(secondFactorKeys(applicationId, id));
  }
}
