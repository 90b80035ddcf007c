import { type ClassType, createUnionType, Field, Int, InterfaceType, ObjectType, registerEnumType } from "type-graphql";
import {
  type ErrorCode,
  errorCatalogue,
  errorMessageFor,
  type Failure,
  type Locale,
  type PasswordViolation,
  passwordRules,
  unsupportedCountryMessage,
  userErrorCodes,
} from "../platform/errors/index.js";

const enumOf = <Name extends string>(names: readonly Name[]) => Object.fromEntries(names.map((name) => [name, name])) as { [N in Name]: N };
const described = (descriptions: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(descriptions).map(([name, description]) => [name, { description }]));

/** The codes of result unions, as the schema shows them. Codes of top-level errors are strings in `extensions.code`. */
const UserErrorCode = enumOf(userErrorCodes);
registerEnumType(UserErrorCode, {
  name: "ErrorCode",
  description: "What went wrong, for programs. The error catalogue in the documentation explains every value.",
  valuesConfig: described(Object.fromEntries(userErrorCodes.map((code) => [code, errorCatalogue[code].meaning]))),
});

@InterfaceType({
  autoRegisterImplementations: false,
  description: "An expected failure. message is a sentence for people in the request's locale; program against code (or the type).",
})
export abstract class UserError {
  @Field(() => UserErrorCode, { description: "The stable code of this failure." })
  code!: ErrorCode;

  @Field(() => String, { description: "A sentence for people, in the locale of the request." })
  message!: string;

  @Field(() => [String], { nullable: true, description: "The input field the failure is about, from the mutation's input down." })
  path?: string[] | null;
}

const PasswordViolationEnum = enumOf(Object.keys(passwordRules) as PasswordViolation[]);
registerEnumType(PasswordViolationEnum, {
  name: "PasswordViolation",
  description: "A rule of Application.password that a password breaks.",
  valuesConfig: described(passwordRules),
});

@ObjectType({ description: "A metadata field that was refused, and why." })
class RefusedField {
  @Field(() => String, { description: "Dotted path of the field, as in Application.metadataFields." })
  path!: string;

  @Field(() => String, { description: "UNKNOWN, REQUIRED, TYPE, VALUE, NOT_ALLOWED or TOO_LARGE." })
  reason!: string;
}

/** Fields that a failure has beside those of every UserError. */
const extraFields: Partial<Record<ErrorCode, readonly [name: string, decorator: PropertyDecorator]>> = {
  PASSWORD_REFUSED: ["violations", Field(() => [PasswordViolationEnum], { description: "The rules it breaks." })],
  METADATA_REFUSED: ["fields", Field(() => [RefusedField], { description: "The fields it is about." })],
  TOO_MANY_ATTEMPTS: ["retryAfterSeconds", Field(() => Int, { description: "Seconds to wait before the next attempt is looked at." })],
};

/** INVALID_CODE -> InvalidCode. */
const typeNameOf = (code: ErrorCode) => code.toLowerCase().replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The object type of each code of result unions, made from the catalogue. */
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
  /** What a client continues from. */
  readonly states: States;
  /** The expected failures of this operation. */
  readonly failures: readonly ErrorCode[];
}

/** The result of a mutation: its states, then the types of its expected failures. */
export function resultUnion<const States extends readonly ClassType[]>({ name, description, states, failures }: ResultUnion<States>) {
  const types = [...states, ...failures.map((code) => userErrorTypes[code])] as (States[number] | (new () => UserError))[];
  return createUnionType({ name, description, types: () => types }) as unknown as InstanceType<States[number]> | UserError;
}

/** The union member for a failure, with its sentence in the request's locale. */
export function toUserError({ kind: _, country, ...details }: Failure, locale: Locale): UserError {
  const member = new userErrorTypes[details.code]();
  const message = country ? unsupportedCountryMessage(country, locale) : errorMessageFor(details.code, locale);
  return Object.assign(member, { message, path: null }, details);
}
