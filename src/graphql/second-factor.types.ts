import { Field, ID, ObjectType, registerEnumType } from "type-graphql";
import { type EnrolledFactor, type SecondFactorMethodName, secondFactorMethods } from "../domain/authenticators/index.js";
import { DateTime } from "./scalars.js";

export const SecondFactorMethod = Object.fromEntries(secondFactorMethods.map((method) => [method, method])) as {
  [Method in SecondFactorMethodName]: Method;
};
registerEnumType(SecondFactorMethod, {
  name: "SecondFactorMethod",
  description: "A way to prove the second factor.",
  valuesConfig: {
    TOTP: { description: "Google Authenticator or another TOTP application." },
    SMS: { description: "A code sent by SMS." },
  },
});

@ObjectType("SecondFactorEnrollment", { description: "A second factor that log-in asks for." })
export class SecondFactorView {
  @Field(() => ID, { description: "Opaque." })
  id!: string;

  @Field(() => SecondFactorMethod, { description: "How it is proved." })
  method!: SecondFactorMethodName;

  @Field(() => DateTime, { description: "When it was confirmed." })
  enrolledAt!: Date;

  @Field(() => DateTime, { nullable: true, description: "When it was last proved." })
  lastUsedAt!: Date | null;

  static from(factor: EnrolledFactor): SecondFactorView {
    return Object.assign(new SecondFactorView(), factor);
  }
}
