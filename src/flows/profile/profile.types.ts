import { Field, InputType } from "type-graphql";
import type { Metadata } from "../../domain/users/index.js";
import { JsonScalar, resultUnion } from "../../graphql/index.js";
import { ProfileUpdated } from "../results.types.js";

@InputType({ description: "What to change in the metadata." })
export class SetMetadataInput {
  @Field(() => JsonScalar, {
    description: "Given fields are set, null removes one, all others stay. Fields you may not touch may be sent back as they are.",
  })
  metadata!: Metadata;
}

@InputType({ description: "The language of messages." })
export class SetLocaleInput {
  @Field(() => String, { description: "One of Application.locales, e.g. en." })
  locale!: string;
}

export const SetMetadataResult = resultUnion({
  name: "SetMetadataResult",
  description: "Set, or which fields were refused.",
  states: [ProfileUpdated],
  failures: ["METADATA_REFUSED"],
});

export const SetLocaleResult = resultUnion({
  name: "SetLocaleResult",
  description: "Set, or the application does not speak it.",
  states: [ProfileUpdated],
  failures: ["LOCALE_REFUSED"],
});
