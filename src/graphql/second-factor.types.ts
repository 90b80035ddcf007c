import { Field, ID, ObjectType } from "type-graphql";
import type { EnrolledFactor, SecondFactorMethodName } from "../domain/authenticators/index.js";
import { enumType } from "./enum-type.js";
import { DateTime } from "./scalars.js";

export const SecondFactorMethod = enumType<SecondFactorMethodName>("SecondFactorMethod", "A second factor method.", {
  TOTP: "A code from Google Authenticator or another TOTP app (RFC 6238).",
  SMS: "A code sent to the verified phone number by SMS.",
});

@ObjectType("SecondFactorEnrollment", { description: "An enrolled second factor." })
export class SecondFactorView {
  @Field(() => ID, { description: "Opaque identifier." })
  id!: string;

  @Field(() => SecondFactorMethod, { description: "Method of the second factor." })
  method!: SecondFactorMethodName;

  @Field(() => DateTime, { description: "Enrollment time." })
  enrolledAt!: Date;

  @Field(() => DateTime, { nullable: true, description: "Time of the last use; null if it was never used." })
  lastUsedAt!: Date | null;

  static from(factor: EnrolledFactor): SecondFactorView {
    return Object.assign(new SecondFactorView(), factor);
  }
}
