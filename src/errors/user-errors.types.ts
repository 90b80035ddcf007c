// TypeGraphQL asks for it, though every decorator here states its type. Every room with types enters this one first.
import "reflect-metadata";
import { Field, Int, InterfaceType, ObjectType, registerEnumType } from "type-graphql";
import { type ErrorCode, errorCatalogue, userErrorCodes } from "./catalogue.js";
import { countrySentence, type Locale, sentenceFor } from "./sentences.js";

/** The enum as the schema shows it, made from the catalogue. */
export const UserErrorCode = Object.fromEntries(userErrorCodes.map((code) => [code, code])) as { [Code in ErrorCode]: Code };
registerEnumType(UserErrorCode, {
  name: "ErrorCode",
  description: "What went wrong, for programs. The error catalogue in the documentation explains every value.",
  valuesConfig: Object.fromEntries(userErrorCodes.map((code) => [code, { description: errorCatalogue[code].meaning }])),
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

@ObjectType({ implements: UserError, description: errorCatalogue.SIGN_UP_CLOSED.meaning })
export class SignUpClosed extends UserError {}

@ObjectType({ implements: UserError, description: errorCatalogue.INVITATIONS_CLOSED.meaning })
export class InvitationsClosed extends UserError {}

@ObjectType({ implements: UserError, description: errorCatalogue.HANDLE_UNAVAILABLE.meaning })
export class HandleUnavailable extends UserError {}

@ObjectType({ implements: UserError, description: errorCatalogue.HANDLE_INVALID.meaning })
export class HandleInvalid extends UserError {}

export enum PasswordViolation {
  TOO_SHORT = "TOO_SHORT",
  TOO_LONG = "TOO_LONG",
  TOO_COMMON = "TOO_COMMON",
  CONTAINS_CONTEXT = "CONTAINS_CONTEXT",
  NEEDS_UPPER = "NEEDS_UPPER",
  NEEDS_LOWER = "NEEDS_LOWER",
  NEEDS_DIGIT = "NEEDS_DIGIT",
  NEEDS_SPECIAL = "NEEDS_SPECIAL",
}
registerEnumType(PasswordViolation, {
  name: "PasswordViolation",
  description: "A rule of Application.password that a password breaks.",
  valuesConfig: {
    TOO_SHORT: { description: "Shorter than minimumLength characters." },
    TOO_LONG: { description: "Longer than 256 characters or 1024 bytes of UTF-8." },
    TOO_COMMON: { description: "Among the most common passwords." },
    CONTAINS_CONTEXT: { description: "Made of the address, its local part or the application's name." },
    NEEDS_UPPER: { description: "Fewer than minimumUpper capital letters." },
    NEEDS_LOWER: { description: "Fewer than minimumLower small letters." },
    NEEDS_DIGIT: { description: "Fewer than minimumDigit digits." },
    NEEDS_SPECIAL: { description: "Fewer than minimumSpecial characters that are neither letters nor digits." },
  },
});

@ObjectType({ implements: UserError, description: errorCatalogue.PASSWORD_REFUSED.meaning })
export class PasswordRefused extends UserError {
  @Field(() => [PasswordViolation], { description: "The rules it breaks." })
  violations!: PasswordViolation[];
}

@ObjectType({ description: "A metadata field that was refused, and why." })
export class RefusedField {
  @Field(() => String, { description: "Dotted path of the field, as in Application.metadataFields." })
  path!: string;

  @Field(() => String, { description: "UNKNOWN, REQUIRED, TYPE, VALUE, NOT_ALLOWED or TOO_LARGE." })
  reason!: string;
}

@ObjectType({ implements: UserError, description: errorCatalogue.METADATA_REFUSED.meaning })
export class MetadataRefused extends UserError {
  @Field(() => [RefusedField], { description: "The fields it is about." })
  fields!: RefusedField[];
}

@ObjectType({ implements: UserError, description: errorCatalogue.LOCALE_REFUSED.meaning })
export class LocaleRefused extends UserError {}

@ObjectType({ implements: UserError, description: errorCatalogue.REAUTHENTICATION_REQUIRED.meaning })
export class ReauthenticationRequired extends UserError {}

@ObjectType({ implements: UserError, description: errorCatalogue.INVALID_CREDENTIALS.meaning })
export class InvalidCredentials extends UserError {}

@ObjectType({ implements: UserError, description: errorCatalogue.INVALID_CODE.meaning })
export class InvalidCode extends UserError {}

@ObjectType({ implements: UserError, description: errorCatalogue.CHALLENGE_ENDED.meaning })
export class ChallengeEnded extends UserError {}

@ObjectType({ implements: UserError, description: errorCatalogue.PHONE_NOT_VERIFIED.meaning })
export class PhoneNotVerified extends UserError {}

@ObjectType({ implements: UserError, description: errorCatalogue.SECOND_FACTOR_OFF.meaning })
export class SecondFactorOff extends UserError {}

@ObjectType({ implements: UserError, description: errorCatalogue.TOO_MANY_ATTEMPTS.meaning })
export class TooManyAttempts extends UserError {
  @Field(() => Int, { description: "Seconds to wait before the next attempt is looked at." })
  retryAfterSeconds!: number;
}

@ObjectType({ implements: UserError, description: errorCatalogue.SESSION_ENDED.meaning })
export class SessionEnded extends UserError {}

@ObjectType({ implements: UserError, description: errorCatalogue.ACCOUNT_SUSPENDED.meaning })
export class AccountSuspended extends UserError {}

const memberOf = {
  SIGN_UP_CLOSED: SignUpClosed,
  INVITATIONS_CLOSED: InvitationsClosed,
  HANDLE_UNAVAILABLE: HandleUnavailable,
  HANDLE_INVALID: HandleInvalid,
  PASSWORD_REFUSED: PasswordRefused,
  METADATA_REFUSED: MetadataRefused,
  LOCALE_REFUSED: LocaleRefused,
  REAUTHENTICATION_REQUIRED: ReauthenticationRequired,
  INVALID_CREDENTIALS: InvalidCredentials,
  INVALID_CODE: InvalidCode,
  CHALLENGE_ENDED: ChallengeEnded,
  PHONE_NOT_VERIFIED: PhoneNotVerified,
  SECOND_FACTOR_OFF: SecondFactorOff,
  TOO_MANY_ATTEMPTS: TooManyAttempts,
  SESSION_ENDED: SessionEnded,
  ACCOUNT_SUSPENDED: AccountSuspended,
} satisfies Record<ErrorCode, new () => UserError>;

/** An expected failure as a service reports it; the resolver turns it into the union member of its code. */
export interface Failure {
  readonly kind: "failure";
  readonly code: ErrorCode;
  readonly path?: readonly string[];
  readonly violations?: readonly PasswordViolation[];
  readonly fields?: readonly RefusedField[];
  readonly retryAfterSeconds?: number;
  /** HANDLE_INVALID: the country, as two letters, that a number of it is not sent to. */
  readonly country?: string;
}

/** Makes a failure; `details` are the extra fields of its union member. */
export function failure(code: ErrorCode, details: Omit<Failure, "kind" | "code"> = {}): Failure {
  return { kind: "failure", code, ...details };
}

/** The union member for a failure, with its sentence in the request's locale. */
export function toUserError({ kind: _, country, ...details }: Failure, locale: Locale): UserError {
  const member = new memberOf[details.code]();
  const message = country ? countrySentence(country, locale) : sentenceFor(details.code, locale);
  return Object.assign(member, { message, path: null }, details);
}
