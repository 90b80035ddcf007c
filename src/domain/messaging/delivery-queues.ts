/**
 * Messages are delivered through queues with separate concurrency limits, so that a slow server delays only the messages sent through
 * it: one queue for the gateway's mail server, one for text messages, and one per application with a custom mail server, named by the
 * application's id.
 */
export const MAIL_QUEUE = "";
export const SMS_QUEUE = "SMS";

const sharedQueues: readonly string[] = [MAIL_QUEUE, SMS_QUEUE];
const SHARED_QUEUE_CONCURRENCY = 4;
const APPLICATION_QUEUE_CONCURRENCY = 2;
/** Concurrent deliveries in all application queues together, without those that take long. */
const MAX_APPLICATION_DELIVERIES = 64;
/** The same, with those that take long. */
const MAX_SLOW_APPLICATION_DELIVERIES = 512;

/** Selects all queues except some, or only some. */
export type QueueFilter = { readonly except: readonly string[] } | { readonly only: readonly string[] };

/** A running delivery. */
interface DeliverySlot {
  /** The delivery takes long. It no longer occupies a slot of the total, only one of its own queue. */
  markSlow(): void;
  release(): void;
}

/** Counts running deliveries by queue. */
export class DeliveryQueues {
  private readonly acquired = new Map<string, number>();
  private acquiredByApplications = 0;
  private slowInApplications = 0;

  acquire(queue: string): DeliverySlot {
    const isShared = sharedQueues.includes(queue);
    let isSlow = false;
    this.acquired.set(queue, this.acquiredIn(queue) + 1);
    if (!isShared) this.acquiredByApplications++;
    return {
      markSlow: () => {
        if (isShared || isSlow || this.slowInApplications >= MAX_SLOW_APPLICATION_DELIVERIES) return;
        isSlow = true;
        this.slowInApplications++;
        this.acquiredByApplications--;
      },
      release: () => {
        const remaining = this.acquiredIn(queue) - 1;
        if (remaining > 0) this.acquired.set(queue, remaining);
        else this.acquired.delete(queue);
        if (isSlow) this.slowInApplications--;
        else if (!isShared) this.acquiredByApplications--;
      },
    };
  }

  hasCapacity(queue: string): boolean {
    if (sharedQueues.includes(queue)) return this.acquiredIn(queue) < SHARED_QUEUE_CONCURRENCY;
    return this.acquiredIn(queue) < APPLICATION_QUEUE_CONCURRENCY && this.acquiredByApplications < MAX_APPLICATION_DELIVERIES;
  }

  /** Queues with free capacity; null when there are none. */
  availableQueues(): QueueFilter | null {
    const available = sharedQueues.filter((queue) => this.hasCapacity(queue));
    if (this.acquiredByApplications < MAX_APPLICATION_DELIVERIES)
      return { except: [...this.acquired.keys()].filter((queue) => !this.hasCapacity(queue)) };
    return available.length > 0 ? { only: available } : null;
  }

  private acquiredIn(queue: string): number {
    return this.acquired.get(queue) ?? 0;
  }
}
