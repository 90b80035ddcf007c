import { createUnionType, Field, InputType } from "type-graphql";
import { LocaleRefused, MetadataRefused } from "../../errors/index.js";
import { JsonScalar, type Metadata } from "../../users/index.js";
import { ProfileUpdated } from "../states.types.js";

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

export const SetMetadataResult = createUnionType({
  name: "SetMetadataResult",
  description: "Set, or which fields were refused.",
  types: () => [ProfileUpdated, MetadataRefused] as const,
});

export const SetLocaleResult = createUnionType({
  name: "SetLocaleResult",
  description: "Set, or the application does not speak it.",
  types: () => [ProfileUpdated, LocaleRefused] as const,
});
