import { type ClassType, createUnionType, Field, Int, InterfaceType, ObjectType } from "type-graphql";
import {
  type ErrorCode,
  errorCatalogue,
  errorMessageFor,
  type Failure,
  type Locale,
  passwordRules,
  unsupportedCountryMessage,
  userErrorCodes,
} from "../platform/errors/index.js";
import { enumType } from "./enum-type.js";

/** The codes of result unions, as an enum of the schema. Codes of top-level errors are strings in `extensions.code`. */
const UserErrorCode = enumType(
  "ErrorCode",
  "Machine-readable code of an expected failure, described in the error catalogue of the documentation.",
  Object.fromEntries(userErrorCodes.map((code) => [code, errorCatalogue[code].meaning])),
);

@InterfaceType({
  autoRegisterImplementations: false,
  description: "An expected failure. Handle code (or the type) in your program; show message to users.",
})
export abstract class UserError {
  @Field(() => UserErrorCode, { description: "Stable code of the failure." })
  code!: ErrorCode;

  @Field(() => String, { description: "Message for users, in the language of the request." })
  message!: string;

  @Field(() => [String], {
    nullable: true,
    description: "Path of the input field that caused the failure, relative to the mutation's input; null if no single field did.",
  })
  path?: string[] | null;
}

const PasswordViolationEnum = enumType("PasswordViolation", "A rule of Application.password that a password violates.", passwordRules);

@ObjectType({ description: "A rejected metadata field and the reason." })
class RefusedField {
  @Field(() => String, { description: "Dotted path of the field, as in Application.metadataFields." })
  path!: string;

  @Field(() => String, { description: "UNKNOWN, REQUIRED, TYPE, VALUE, NOT_ALLOWED or TOO_LARGE." })
  reason!: string;
}

/** Additional fields of a failure, beside those of UserError. */
const extraFields: Partial<Record<ErrorCode, readonly [name: string, decorator: PropertyDecorator]>> = {
  PASSWORD_REFUSED: ["violations", Field(() => [PasswordViolationEnum], { description: "Rules that the password violates." })],
  METADATA_REFUSED: ["fields", Field(() => [RefusedField], { description: "Rejected fields." })],
  TOO_MANY_ATTEMPTS: ["retryAfterSeconds", Field(() => Int, { description: "Seconds to wait before the next attempt is evaluated." })],
};

/** INVALID_CODE -> InvalidCode. */
const typeNameOf = (code: ErrorCode) => code.toLowerCase().replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The object type of each code of result unions, generated from the catalogue. */
const userErrorTypes = Object.fromEntries(
  userErrorCodes.map((code) => {
    const type = class extends UserError {};
    const [name, decorator] = extraFields[code] ?? [];
    if (name) decorator?.(type.prototype, name);
    ObjectType(typeNameOf(code), { implements: UserError, description: errorCatalogue[code].meaning })(type);
    return [code, type];
  }),
) as unknown as Record<ErrorCode, new () => UserError>;

interface ResultUnion<States extends readonly ClassType[]> {
  readonly name: string;
  readonly description: string;
  /** Types of a successful result. */
  readonly states: States;
  /** The expected failures of this operation. */
  readonly failures: readonly ErrorCode[];
}

/** The result type of a mutation: its states, then the types of its expected failures. */
export function resultUnion<const States extends readonly ClassType[]>({ name, description, states, failures }: ResultUnion<States>) {
  const types = [...states, ...failures.map((code) => userErrorTypes[code])] as (States[number] | (new () => UserError))[];
  return createUnionType({ name, description, types: () => types }) as unknown as InstanceType<States[number]> | UserError;
}

/** The union member of an outcome: `present` makes it, unless the outcome is a failure. */
export function answer<Outcome extends { readonly kind: string }, Member>(
  outcome: Outcome | Failure,
  { locale }: { readonly locale: Locale },
  present: (outcome: Exclude<Outcome, Failure>) => Member,
): Member | UserError {
  return outcome.kind === "failure" ? toUserError(outcome as Failure, locale) : present(outcome as Exclude<Outcome, Failure>);
}

/** The union member of a failure, with its message in the request's locale. */
function toUserError({ kind: _, country, ...details }: Failure, locale: Locale): UserError {
  const member = new userErrorTypes[details.code]();
  const message = country ? unsupportedCountryMessage(country, locale) : errorMessageFor(details.code, locale);
  return Object.assign(member, { message, path: null }, details);
}
