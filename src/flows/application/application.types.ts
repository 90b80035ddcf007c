import { Field, ID, Int, ObjectType } from "type-graphql";
import { invitationFields } from "../../domain/account-operations/index.js";
import type { Application, ApplicationSettings, MetadataFieldSettings } from "../../domain/applications/index.js";
import { enumType } from "../../graphql/index.js";
import { SecondFactorMode } from "../log-in-states.types.js";

export const SignUpFlow = enumType<ApplicationSettings["signUp"]["flow"]>("SignUpFlow", "How a new user verifies the address.", {
  CODE: "A code of six to ten digits is sent by email and passed to completeSignUp.",
  LINK: "A link is sent by email; it opens a page with a confirmation button. Afterwards the user logs in.",
  NONE: "No verification: signUp logs the user in immediately, and its result discloses whether the address has an account.",
});

export const MetadataType = enumType<MetadataFieldSettings["type"]>("MetadataType", "Type of a metadata field's value.", {
  STRING: "Text of at most 4096 characters.",
  NUMBER: "A finite number; integers up to 2^53.",
  BOOLEAN: "True or false.",
  DATE: "An ISO 8601 date, or a date and time.",
  STRING_LIST: "A list of at most 100 strings.",
  JSON: "Any JSON value within the size limits of metadata.",
});

export const MetadataAuthority = enumType<MetadataFieldSettings["setBy"]>(
  "MetadataAuthority",
  "Who may set the initial value of a metadata field. Use DEVELOPER or INVITER, never USER, for fields that grant permissions, such as roles.",
  {
    USER: "Set by the user, at sign-up or later.",
    INVITER: "Set by the inviter, to one of the allowed values; not by the user.",
    DEVELOPER: "Set by the application's back end or its developers only.",
  },
);

@ObjectType({ simpleResolvers: true, description: "Sign-up settings." })
export class SignUpPolicy {
  @Field(() => Boolean, { description: "Whether new users can sign up. If false, signUp returns SignUpClosed." })
  enabled!: boolean;

  @Field(() => SignUpFlow, { description: "How new users verify their address after signUp." })
  flow!: keyof typeof SignUpFlow;
}

@ObjectType({
  description:
    "Requirements for a new password. Common passwords and passwords that consist of the user's address or the application's name are also rejected.",
})
export class PasswordPolicy {
  @Field(() => Int, { description: "Minimum number of characters." })
  minimumLength!: number;

  @Field(() => Int, { description: "Minimum number of uppercase letters." })
  minimumUpper!: number;

  @Field(() => Int, { description: "Minimum number of lowercase letters." })
  minimumLower!: number;

  @Field(() => Int, { description: "Minimum number of digits." })
  minimumDigit!: number;

  @Field(() => Int, { description: "Minimum number of characters that are neither letters nor digits." })
  minimumSpecial!: number;
}

@ObjectType({ description: "A field of the users' metadata." })
export class MetadataField {
  @Field(() => String, {
    description: "Path of the value in metadata and in the JWT; user_data.name.first stands for { user_data: { name: { first } } }.",
  })
  path!: string;

  @Field(() => MetadataType, { description: "Type of the value." })
  type!: keyof typeof MetadataType;

  @Field(() => Boolean, { description: "Whether sign-up requires a value." })
  required!: boolean;

  @Field(() => MetadataAuthority, { description: "Who may set the initial value." })
  setBy!: keyof typeof MetadataAuthority;

  @Field(() => Boolean, { description: "Whether the user may change the value later." })
  editable!: boolean;

  @Field(() => Boolean, { description: "Whether the field is a claim of the JWT." })
  inToken!: boolean;
}

@ObjectType({ description: "Invitation settings." })
export class InvitationPolicy {
  @Field(() => Boolean, {
    description: "Whether invitations can be sent and accepted. If false, invite and acceptInvitation return InvitationsClosed.",
  })
  enabled!: boolean;

  @Field(() => Boolean, { description: "Whether users can send invitations. If false, only the application's back end can." })
  usersMayInvite!: boolean;

  @Field(() => [MetadataField], { description: "Metadata fields that users can set in their invitations." })
  fields!: MetadataField[];
}

@ObjectType({ description: "Second factor settings." })
export class SecondFactorPolicy {
  @Field(() => SecondFactorMode, {
    description: "Second factor that users can enroll. Factors enrolled before the mode was changed remain active.",
  })
  mode!: keyof typeof SecondFactorMode;

  @Field(() => Boolean, { description: "Whether a second factor is required. If true, users without one enroll it at log-in." })
  required!: boolean;
}

const viewCache = new WeakMap<Application, ApplicationView>();

@ObjectType("Application", {
  simpleResolvers: true,
  description: "The application identified by X-App-Key, with the settings that sign-up and log-in screens need.",
})
export class ApplicationView {
  @Field(() => ID, { description: "Opaque identifier; part of the JWT's `iss` claim and of the key set URL." })
  id!: string;

  @Field(() => String, { description: "Name of the application, as shown in messages." })
  name!: string;

  @Field(() => SignUpPolicy, { description: "Sign-up settings." })
  signUp!: SignUpPolicy;

  @Field(() => InvitationPolicy, { description: "Invitation settings." })
  invitation!: InvitationPolicy;

  @Field(() => SecondFactorPolicy, { description: "Second factor settings." })
  secondFactor!: SecondFactorPolicy;

  @Field(() => PasswordPolicy, { description: "Requirements for a new password." })
  password!: PasswordPolicy;

  @Field(() => [MetadataField], { description: "Fields of the users' metadata." })
  metadataFields!: MetadataField[];

  @Field(() => [String], { description: "Languages that users can choose for messages." })
  locales!: string[];

  @Field(() => String, { description: "Default language of messages." })
  defaultLocale!: string;

  /** Cached: the view is built once per version of the settings. */
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
      invitation: { ...settings.invitation, fields: invitationFields(settings).filter(({ setBy }) => setBy !== "DEVELOPER") },
      secondFactor: settings.secondFactor,
      password: settings.password,
      metadataFields: settings.metadata.fields,
      locales: settings.locales.supported,
      defaultLocale: settings.locales.default,
    });
  }
}
