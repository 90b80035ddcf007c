import { Field, InputType } from "type-graphql";
import type { SecondFactorInput } from "../domain/sign-in/index.js";

@InputType({ description: "What proves the second factor." })
export class SecondFactorProofInput {
  @Field(() => String, { nullable: true, description: "Six digits: of the authenticator application, or of the SMS." })
  code?: string;

  @Field(() => String, {
    nullable: true,
    description: "One of the recovery codes; each works once. Capital or small letters, spaces and dashes make no difference.",
  })
  recoveryCode?: string;
}

@InputType({ description: "Answers a SecondFactorRequired." })
export class CompleteLogInInput {
  @Field(() => String, { description: "The challengeToken that came with it." })
  challengeToken!: string;

  @Field(() => SecondFactorProofInput, { description: "What proves the second factor." })
  proof!: SecondFactorProofInput;
}

/** The proof that was given. @oneOf makes sure that there is exactly one. */
export const proofOf = ({ code, recoveryCode }: SecondFactorProofInput): SecondFactorInput =>
  recoveryCode === undefined || recoveryCode === null ? { kind: "code", code: code ?? "" } : { kind: "recovery-code", code: recoveryCode };
