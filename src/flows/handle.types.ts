import { Field, InputType } from "type-graphql";

@InputType({ description: "An address to which messages can be sent. Exactly one member must be set; more members may be added later." })
export class AddressInput {
  @Field(() => String, {
    nullable: true,
    description: "Email address of at most 254 characters; letter case and surrounding white space are ignored.",
  })
  email?: string;
}

@InputType({ description: "Identifies an account. Exactly one member must be set; more members may be added later." })
export class HandleInput {
  @Field(() => String, { nullable: true, description: "Email address of the account." })
  email?: string;
}

/** The address of a handle. @oneOf ensures that there is exactly one member. */
export const emailOf = (handle: AddressInput | HandleInput): string => handle.email ?? "";
