import { Field, InputType } from "type-graphql";
import type { SecondFactorInput } from "../domain/sign-in/index.js";

@InputType({ description: "A second factor code." })
export class SecondFactorProofInput {
  @Field(() => String, { nullable: true, description: "Six-digit code from the authenticator app or the text message." })
  code?: string;

  @Field(() => String, {
    nullable: true,
    description: "A recovery code; each is valid once. Letter case, spaces and dashes are ignored.",
  })
  recoveryCode?: string;
}

@InputType({ description: "Answer to a SecondFactorRequired." })
export class CompleteLogInInput {
  @Field(() => String, { description: "The challengeToken of the SecondFactorRequired." })
  challengeToken!: string;

  @Field(() => SecondFactorProofInput, { description: "A second factor code." })
  proof!: SecondFactorProofInput;
}

/** The given code or recovery code. @oneOf ensures that there is exactly one. */
export const proofOf = ({ code, recoveryCode }: SecondFactorProofInput): SecondFactorInput =>
  recoveryCode === undefined || recoveryCode === null ? { kind: "code", code: code ?? "" } : { kind: "recovery-code", code: recoveryCode };
