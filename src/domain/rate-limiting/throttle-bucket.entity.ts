import { Entity, Index } from "typeorm";
import { CountColumn, InstantColumn, KeyColumn } from "../../platform/database/index.js";

@Entity({ name: "throttle_buckets" })
@Index("throttle_buckets_window_ends_at", ["windowEndsAt"])
export class ThrottleBucketEntity {
  /** `gateway` for what all applications share. */
  @KeyColumn("application_id")
  applicationId!: string;

  @KeyColumn("id", 43)
  id!: string;

  @CountColumn("used")
  count!: number;

  /** From then on the bucket is as good as empty. */
  @InstantColumn("window_ends_at")
  windowEndsAt!: Date;

  @InstantColumn("blocked_until", { nullable: true })
  blockedUntil!: Date | null;

  @InstantColumn("counted_at")
  countedAt!: Date;
}
