import type { Logger } from "pino";
import type { Clock } from "../../platform/clock.js";
import type { Keyring } from "../../platform/crypto/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";
import type { AuditLog } from "../audit/index.js";
import type { RequestOrigin } from "../request-context.js";
import type { Take } from "./bucket.js";
import { type Budget, type BudgetName, budgets } from "./budgets.js";
import type { Bucket, Settlement, ThrottleKeeper } from "./throttle-keeper.js";

/** What a budget is counted for, e.g. an account and a network. */
export interface Subject {
  readonly budget: BudgetName;
  /** Left out for what all applications share. */
  readonly applicationId?: string;
  readonly parts: readonly string[];
  /** Where the number is a setting; else the budget's own. */
  readonly attempts?: number;
}
/** Attempts taken before the check, still to be settled. */
interface Ticket {
  readonly subjects: readonly Subject[];
  readonly buckets: readonly Bucket[];
  readonly takes: readonly Take[];
}
type Taken = { readonly kind: "taken"; readonly ticket: Ticket; readonly exhausted: readonly BudgetName[] };
export type Guarded<Outcome> = Outcome | Failure;

/** Applications' ids are uuids, so none is called this. */
const EVERYWHERE = "gateway";
/** So often a refused attempt looks again while other attempts of its network are being checked. */
const PATIENCE = 20;
/** Waits are told in seconds, at most an hour: nobody plans for longer. */
const LONGEST_TOLD_SECONDS = 3600;

/** Budgets for guessing and sending: counted before the check, the same for known and unknown handles, shared by all processes. */
export class Throttle {
  /** Attempts of this process that are being checked, by bucket: they may yet be given back. */
  private readonly running = new Map<string, Set<Promise<unknown>>>();

  constructor(
    private readonly keeper: ThrottleKeeper,
    private readonly keyring: Keyring,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  /**
   * Takes an attempt from every subject, runs `work`, and settles: a success forgets or gives back as its budget says, a failure stays
   * counted, an exception gives everything back because the server failed. `work` hears which budgets this attempt used up.
   */
  async guard<Outcome>(
    subjects: readonly Subject[],
    origin: RequestOrigin,
    work: (exhausted: readonly BudgetName[]) => Promise<Outcome>,
    isSuccess: (outcome: Outcome) => boolean,
  ): Promise<Guarded<Outcome>> {
    const taken = await this.takePatiently(subjects, origin);
    if (taken.kind === "failure") return taken;
    const { ticket, exhausted } = taken;
    const running = (async () => {
      try {
        const outcome = await work(exhausted);
        if (isSuccess(outcome)) await this.settleSuccess(ticket);
        return outcome;
      } catch (error) {
        await this.giveBack(ticket);
        throw error;
      }
    })();
    this.follow(ticket, running);
    return await running;
  }

  /** Takes one from each subject; a failure with the wait when one is used up, and nothing is taken. */
  async take(subjects: readonly Subject[], origin: RequestOrigin): Promise<Taken | Failure> {
    const buckets = subjects.map((subject) => this.bucketOf(subject));
    const takes = await this.keeper.take(buckets, this.clock.now());
    const waits = takes.filter(({ waitSeconds }, index) => waitSeconds > 0 && buckets[index]?.budget.refuses);
    const longest = Math.max(0, ...waits.map(({ waitSeconds }) => waitSeconds));
    if (longest > 0) return failure("TOO_MANY_ATTEMPTS", { retryAfterSeconds: Math.min(longest, LONGEST_TOLD_SECONDS) });
    await this.raiseAlarms(subjects, buckets, takes);
    const exhausted = subjects.filter((_, index) => beganToWait(takes[index])).map(({ budget }) => budget);
    return { kind: "taken", ticket: { subjects, buckets, takes }, exhausted: await this.noteExhausted(exhausted, subjects, origin) };
  }

  /** Takes back one attempt each, e.g. of a message that was answered. */
  async giveBackOne(subjects: readonly Subject[]): Promise<void> {
    await this.settleUnknown(subjects, "give back");
  }

  /** Forgets what was counted. */
  async clear(subjects: readonly Subject[]): Promise<void> {
    await this.settleUnknown(subjects, "forget");
  }

  /** True while a budget is used up. */
  async isExhausted(subject: Subject): Promise<boolean> {
    const now = this.clock.now();
    const { blockedUntil } = await this.keeper.peek(this.bucketOf(subject), now);
    return blockedUntil !== null && blockedUntil > now;
  }

  /** A network's budget can be used up by neighbours whose attempts will turn out right: wait for them rather than refuse. */
  private async takePatiently(subjects: readonly Subject[], origin: RequestOrigin): Promise<Taken | Failure> {
    for (let attempt = 1; ; attempt++) {
      const taken = await this.take(subjects, origin);
      if (taken.kind === "taken" || attempt > PATIENCE) return taken;
      const others = subjects.flatMap((subject) => [...(this.running.get(this.bucketOf(subject).key) ?? [])]);
      if (others.length === 0) return taken;
      await Promise.race(others).catch(() => {});
    }
  }

  private follow({ buckets }: Ticket, running: Promise<unknown>): void {
    for (const { key, budget } of buckets) {
      if (budget.onSuccess !== "give back") continue;
      const others = this.running.get(key) ?? new Set();
      this.running.set(key, others.add(running));
      const forget = () => {
        others.delete(running);
        if (others.size === 0) this.running.delete(key);
      };
      running.then(forget, forget);
    }
  }

  private async settleUnknown(subjects: readonly Subject[], kind: Settlement["kind"]): Promise<void> {
    const settlements = subjects.map((subject) => ({ bucket: this.bucketOf(subject), kind, taken: null }));
    await this.keeper.settle(settlements, this.clock.now());
  }

  private async settleSuccess({ buckets, takes }: Ticket): Promise<void> {
    const settlements = buckets.flatMap((bucket, index): Settlement[] => {
      const { onSuccess } = bucket.budget;
      const taken = takes[index] ?? null;
      return onSuccess === "keep" ? [] : [{ bucket, taken, kind: onSuccess === "clear" ? "forget" : "give back" }];
    });
    if (settlements.length > 0) await this.keeper.settle(settlements, this.clock.now());
  }

  private async giveBack({ buckets, takes }: Ticket): Promise<void> {
    const settlements = buckets.map((bucket, index) => ({ bucket, kind: "give back", taken: takes[index] ?? null }) as const);
    // The database may be what failed; the failure itself is what the caller must hear of.
    await this.keeper.settle(settlements, this.clock.now()).catch(() => {});
  }

  private async noteExhausted(
    exhausted: BudgetName[],
    subjects: readonly Subject[],
    origin: RequestOrigin,
  ): Promise<readonly BudgetName[]> {
    const noted = exhausted.filter((name) => budgets[name].attempts > 3 && budgets[name].onSuccess !== "keep");
    if (noted.length === 0) return exhausted;
    const applicationId = subjects.find((subject) => subject.applicationId)?.applicationId ?? EVERYWHERE;
    await this.audit.record({ applicationId, event: "THROTTLE_TRIPPED", outcome: "FAILURE", origin, details: { budgets: noted } });
    return exhausted;
  }

  /** Tells those who watch when much of a budget is used up, once on the way there. */
  private async raiseAlarms(subjects: readonly Subject[], buckets: readonly Bucket[], takes: readonly Take[]): Promise<void> {
    for (const [index, { budget: name, applicationId = EVERYWHERE }] of subjects.entries()) {
      const { budget } = buckets[index] ?? {};
      const used = takes[index]?.after.count;
      const percent = budget?.alarmsAt?.findLast((one) => used === Math.ceil((budget.attempts * one) / 100));
      if (percent === undefined || !budget) continue;
      const details = { budget: name, percent, attempts: budget.attempts };
      this.log.warn({ applicationId, ...details }, "much of a budget is used up");
      await this.audit.record({ applicationId, event: "BUDGET_ALARM", outcome: "FAILURE", details });
    }
  }

  private bucketOf({ budget: name, applicationId = EVERYWHERE, parts, attempts }: Subject): Bucket {
    const key = this.keyring.mac("throttle", name, applicationId, ...parts).toString("base64url");
    const budget: Budget = budgets[name];
    return { applicationId, key, budget: attempts === undefined ? budget : { ...budget, attempts } };
  }
}

const beganToWait = (take: Take | undefined) =>
  take?.after.blockedUntil != null && take.after.blockedUntil.getTime() !== take.before.blockedUntil?.getTime();
