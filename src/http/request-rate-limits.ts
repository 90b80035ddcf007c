import { networkOf, TokenBucketLimiter } from "../domain/rate-limiting/index.js";
import type { ClientInfo } from "../domain/request-context.js";
import type { Clock } from "../platform/clock.js";
import { GatewayError } from "../platform/errors/index.js";

/** Limits for one client network, per process. */
const requestLimit = { refillPerSecond: 30, burst: 60 };
const mutationLimit = { refillPerSecond: 3, burst: 30 };

/** Rate limits checked before any lookup or execution. Each process counts separately. */
export class RequestRateLimits {
  private readonly requestLimiter: TokenBucketLimiter;
  private readonly mutationLimiter: TokenBucketLimiter;

  constructor(clock: Clock) {
    this.requestLimiter = new TokenBucketLimiter(requestLimit, clock);
    this.mutationLimiter = new TokenBucketLimiter(mutationLimit, clock);
  }

  /** @throws GatewayError RATE_LIMITED */
  consume({ address }: ClientInfo): void {
    assertWithinLimit(this.requestLimiter.consume(networkOf(address)));
  }

  /** @throws GatewayError RATE_LIMITED */
  consumeMutation({ address }: ClientInfo): void {
    assertWithinLimit(this.mutationLimiter.consume(networkOf(address)));
  }
}

function assertWithinLimit(retryAfterSeconds: number): void {
  if (retryAfterSeconds > 0) throw new GatewayError("RATE_LIMITED", { retryAfterSeconds });
}
