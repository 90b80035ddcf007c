import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { type Application, metadataAuthorities, metadataTypes, signUpFlows } from "../../domain/applications/index.js";
import { SecondFactorMode } from "../log-in-states.types.js";

const enumOf = <Value extends string>(values: readonly Value[]) =>
  Object.fromEntries(values.map((value) => [value, value])) as { [V in Value]: V };

export const SignUpFlow = enumOf(signUpFlows);
registerEnumType(SignUpFlow, {
  name: "SignUpFlow",
  description: "How a new user proves the address.",
  valuesConfig: {
    CODE: { description: "Six digits by mail, given to completeSignUp." },
    LINK: { description: "A link by mail that opens a page with a button; then the user logs in." },
    NONE: { description: "Not at all: signUp logs in at once, and cannot hide that an address is taken." },
  },
});

export const MetadataType = enumOf(metadataTypes);
registerEnumType(MetadataType, {
  name: "MetadataType",
  description: "What a metadata field holds.",
  valuesConfig: {
    STRING: { description: "Text of at most 4096 characters." },
    NUMBER: { description: "A finite number; whole ones up to 2^53." },
    BOOLEAN: { description: "true or false." },
    DATE: { description: "An ISO 8601 date, or date and time." },
    STRING_LIST: { description: "A list of at most 100 texts." },
    JSON: { description: "Any JSON value within the limits of metadata." },
  },
});

export const MetadataAuthority = enumOf(metadataAuthorities);
registerEnumType(MetadataAuthority, {
  name: "MetadataAuthority",
  description: "Who may give a field its first value. A role is DEVELOPER or INVITER, never USER.",
  valuesConfig: {
    USER: { description: "The user, at sign-up or later." },
    INVITER: { description: "Whoever invites, from the allowed values; the user may not." },
    DEVELOPER: { description: "Only the application's own back end or its developers." },
  },
});

@ObjectType({ simpleResolvers: true, description: "How people become users." })
export class SignUpPolicy {
  @Field(() => Boolean, { description: "False: signUp answers SignUpClosed." })
  enabled!: boolean;

  @Field(() => SignUpFlow, { description: "What happens after signUp." })
  flow!: keyof typeof SignUpFlow;
}

@ObjectType({ description: "What a new password must be like. Common passwords and the application's own name are refused besides." })
export class PasswordPolicy {
  @Field(() => Int, { description: "Characters, at least." })
  minimumLength!: number;

  @Field(() => Int, { description: "Capital letters, at least." })
  minimumUpper!: number;

  @Field(() => Int, { description: "Small letters, at least." })
  minimumLower!: number;

  @Field(() => Int, { description: "Digits, at least." })
  minimumDigit!: number;

  @Field(() => Int, { description: "Characters that are neither letters nor digits, at least." })
  minimumSpecial!: number;
}

@ObjectType({ description: "One field of the users' metadata." })
export class MetadataField {
  @Field(() => String, {
    description: "Where the value is, in metadata and in the JWT: user_data.name.first is { user_data: { name: { first } } }.",
  })
  path!: string;

  @Field(() => MetadataType, { description: "What it holds." })
  type!: keyof typeof MetadataType;

  @Field(() => Boolean, { description: "True: sign-up is refused without it." })
  required!: boolean;

  @Field(() => MetadataAuthority, { description: "Who may give it its first value." })
  setBy!: keyof typeof MetadataAuthority;

  @Field(() => Boolean, { description: "True: the user may change it later." })
  editable!: boolean;

  @Field(() => Boolean, { description: "True: it is a claim of the JWT." })
  inToken!: boolean;
}

@ObjectType({ description: "How people are invited." })
export class InvitationPolicy {
  @Field(() => Boolean, { description: "False: invite and acceptInvitation answer InvitationsClosed." })
  enabled!: boolean;

  @Field(() => Boolean, { description: "False: only the application's back end invites." })
  usersMayInvite!: boolean;

  @Field(() => [MetadataField], { description: "Metadata an invitation by a user may carry." })
  fields!: MetadataField[];
}

@ObjectType({ description: "What log-in asks for beside the password." })
export class SecondFactorPolicy {
  @Field(() => SecondFactorMode, { description: "What users can enroll. A factor enrolled before a change of the mode stays in force." })
  mode!: keyof typeof SecondFactorMode;

  @Field(() => Boolean, { description: "True: nobody logs in without a second factor; who has none enrolls it at log-in." })
  required!: boolean;
}

const viewCache = new WeakMap<Application, ApplicationView>();

@ObjectType("Application", {
  simpleResolvers: true,
  description: "The application the request's X-App-Key names: what its sign-up and log-in screens need to know.",
})
export class ApplicationView {
  @Field(() => ID, { description: "Opaque; part of the JWT's issuer and of the key URLs." })
  id!: string;

  @Field(() => String, { description: "Its name, as in its messages." })
  name!: string;

  @Field(() => SignUpPolicy, { description: "How people become users." })
  signUp!: SignUpPolicy;

  @Field(() => InvitationPolicy, { description: "How people are invited." })
  invitation!: InvitationPolicy;

  @Field(() => SecondFactorPolicy, { description: "What log-in asks for beside the password." })
  secondFactor!: SecondFactorPolicy;

  @Field(() => PasswordPolicy, { description: "What a new password must be like." })
  password!: PasswordPolicy;

  @Field(() => [MetadataField], { description: "The fields of the users' metadata." })
  metadataFields!: MetadataField[];

  @Field(() => [String], { description: "Languages its messages come in." })
  locales!: string[];

  @Field(() => String, { description: "The language of messages when nothing else is known." })
  defaultLocale!: string;

  /** Made once for each version of the settings. */
  static from(application: Application): ApplicationView {
    const view = viewCache.get(application) ?? ApplicationView.build(application);
    viewCache.set(application, view);
    return view;
  }

  private static build({ id, settings }: Application): ApplicationView {
    return Object.assign(new ApplicationView(), {
      id,
      name: settings.general.name,
      signUp: settings.signUp,
      invitation: { ...settings.invitation, fields: invitationFields(settings) },
      secondFactor: settings.secondFactor,
      password: settings.password,
      metadataFields: settings.metadata.fields,
      locales: settings.locales.supported,
      defaultLocale: settings.locales.default,
    });
  }
}

/** The fields an inviting user may give: those listed, or all that are not the developers' alone. */
function invitationFields({ invitation, metadata }: Application["settings"]): MetadataField[] {
  const { fields: paths } = invitation;
  return metadata.fields.filter(({ path, setBy }) => setBy !== "DEVELOPER" && (paths.length === 0 || paths.includes(path)));
}
