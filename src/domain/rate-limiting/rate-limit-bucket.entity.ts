import { Entity, Index } from "typeorm";
import { InstantColumn, IntegerColumn, KeyColumn } from "../../platform/database/index.js";

@Entity({ name: "throttle_buckets" })
@Index("throttle_buckets_window_ends_at", ["windowEndsAt"])
export class RateLimitBucketEntity {
  /** `gateway` for what all applications share. */
  @KeyColumn("application_id")
  applicationId!: string;

  @KeyColumn("id", 43)
  id!: string;

  @IntegerColumn("used")
  count!: number;

  /** From then on the bucket is as good as empty. */
  @InstantColumn("window_ends_at")
  windowEndsAt!: Date;

  @InstantColumn("blocked_until", { nullable: true })
  blockedUntil!: Date | null;

  @InstantColumn("counted_at")
  countedAt!: Date;
}
