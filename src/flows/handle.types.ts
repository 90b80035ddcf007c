import { Field, InputType } from "type-graphql";

@InputType({ description: "Where a message can be sent. More members may follow (phone)." })
export class AddressInput {
  @Field(() => String, {
    nullable: true,
    description: "An e-mail address of at most 254 characters; case and white space around it do not matter.",
  })
  email?: string;
}

@InputType({ description: "How a user names themself at log-in." })
export class HandleInput {
  @Field(() => String, { nullable: true, description: "The e-mail address of the account." })
  email?: string;
}

/** The address of a handle. @oneOf makes sure that there is exactly one member. */
export const emailOf = (handle: AddressInput | HandleInput): string => handle.email ?? "";
