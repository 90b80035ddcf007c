import { Field, ID, ObjectType } from "type-graphql";
import { DateTime } from "./scalars.js";

/** The fields of a session that both APIs have. */
@ObjectType()
export abstract class SessionFields {
  @Field(() => ID, { description: "Opaque identifier; not a token." })
  id!: string;

  @Field(() => DateTime, { description: "Creation time." })
  createdAt!: Date;

  @Field(() => DateTime, { description: "Time of the last refresh, or of the first use of the session token it returned." })
  lastUsedAt!: Date;

  @Field(() => String, {
    nullable: true,
    description: "User-Agent header of the log-in request, cut off after 256 characters; null if there was none.",
  })
  userAgent!: string | null;
}
