import type { Transaction } from "../../platform/database/index.js";
import type { ApplicationContext } from "../applications/index.js";
import { type SecondFactorMethodName, secondFactorMethods } from "../authenticators/index.js";
import type { Amr } from "../jwt/index.js";
import { secondFactorKeys } from "../rate-limiting/index.js";
import { actingAsUser } from "../request-context.js";
import type { User } from "../users/index.js";
import { assertUnchanged, runOrConflict } from "./conflict-error.js";
import type { EnrollmentContext, OpenedSession, SignIn, SignInDependencies } from "./sign-in.js";

/** A second factor was enabled. */
export interface EnabledFactor {
  readonly kind: "enabled";
  readonly recoveryCodes: readonly string[];
  /** The new session when the enrollment completed a log-in; otherwise null. */
  readonly opened: OpenedSession | null;
}
/** Which factors are removed, and why. */
export interface FactorRemoval {
  readonly event: "SECOND_FACTOR_DISABLED" | "SECOND_FACTOR_RESET";
  readonly methods: readonly SecondFactorMethodName[];
  /** Id of the session that is not ended. */
  readonly except?: string;
  readonly reason?: string;
}

/** Names shown in messages. */
const factorNames: Record<SecondFactorMethodName, string> = { TOTP: "Google Authenticator (TOTP)", SMS: "Phone (SMS)" };
const amrByMethod: Record<SecondFactorMethodName, Amr> = { TOTP: "otp", SMS: "sms" };

/** Enables and removes second factors; replaces recovery codes, ends other sessions and notifies the user. */
export class SecondFactorEnrollment {
  constructor(
    private readonly dependencies: SignInDependencies,
    private readonly signIn: SignIn,
  ) {}

  /**
   * Enables a verified factor by `activate`, in the current session, or in a new one when a log-in required the enrollment. Null on a
   * conflict with a concurrent request, or when the session or the log-in has ended.
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

  /** Removes factors; returns those that were enabled. */
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

  /** Resets the limits for wrong codes after the factor was removed. */
  async resetFailures({ applicationId, id }: User): Promise<void> {
    await this.dependencies.rateLimiter.reset(secondFactorKeys(applicationId, id));
  }
}
