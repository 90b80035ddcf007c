import { Entity, Index } from "typeorm";
import { InstantColumn, IntegerColumn, KeyColumn } from "../../platform/database/index.js";

@Entity({ name: "throttle_buckets" })
@Index("throttle_buckets_window_ends_at", ["windowEndsAt"])
export class RateLimitBucketEntity {
  /** `gateway` for limits shared by all applications. */
  @KeyColumn("application_id") applicationId!: string;
  @KeyColumn("id", 43) id!: string;
  @IntegerColumn("used") count!: number;

  /** From this instant the bucket is treated as empty. */
  @InstantColumn("window_ends_at") windowEndsAt!: Date;
  @InstantColumn("blocked_until", { nullable: true }) blockedUntil!: Date | null;
  @InstantColumn("counted_at") countedAt!: Date;
}
