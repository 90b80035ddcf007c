import { Field, InputType } from "type-graphql";
import type { Metadata } from "../../domain/users/index.js";
import { JsonScalar, resultUnion } from "../../graphql/index.js";
import { ProfileUpdated } from "../results.types.js";

@InputType({ description: "Metadata changes." })
export class SetMetadataInput {
  @Field(() => JsonScalar, {
    description:
      "Fields to set; null removes a field, fields that are not given remain unchanged. Fields that the user may not edit can be included with their current values.",
  })
  metadata!: Metadata;
}

@InputType({ description: "Language of messages to the user." })
export class SetLocaleInput {
  @Field(() => String, { description: "One of Application.locales, e.g. en." })
  locale!: string;
}

export const SetMetadataResult = resultUnion({
  name: "SetMetadataResult",
  description: "The updated user, or the rejected fields.",
  states: [ProfileUpdated],
  failures: ["METADATA_REFUSED"],
});

export const SetLocaleResult = resultUnion({
  name: "SetLocaleResult",
  description: "The updated user, or LocaleRefused if the application does not support the language.",
  states: [ProfileUpdated],
  failures: ["LOCALE_REFUSED"],
});
