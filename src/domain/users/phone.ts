import { type NumberType, parsePhoneNumberFromString } from "libphonenumber-js/max";

/** A phone number in E.164 format, the only form in which numbers are stored, looked up and compared. */
export type Phone = string & { readonly brand: "Phone" };

/** A plus sign, then digits with the usual separators; no extensions or letters. */
const WRITTEN_FORM = /^\+[0-9 ().\-/]{5,38}$/;
/** Characters that contact apps add when a number is copied: direction marks, zero-width characters, byte order marks. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
const MAX_TYPED_LENGTH = 200;
/** Types of numbers that charge the sender extra or cannot receive text messages. */
const unsupportedTypes: ReadonlySet<NumberType> = new Set(["PREMIUM_RATE", "SHARED_COST", "TOLL_FREE", "PAGER", "UAN", "VOICEMAIL"]);

/**
 * The canonical form of a phone number with a country code, or null if the gateway sends no text messages to it. Separators, white space,
 * invisible characters and the (0) of national numbers are removed. The number's range need not be assigned, because lists of ranges lag
 * behind assignments.
 */
export function canonicalPhone(typed: string): Phone | null {
  if (typed.length > MAX_TYPED_LENGTH) return null;
  const written = typed
    .replace(INVISIBLE, "")
    .trim()
    .replace(/\p{Zs}/gu, " ")
    .replace(/\p{Dash}/gu, "-");
  if (!WRITTEN_FORM.test(written)) return null;
  const number = parsePhoneNumberFromString(written, { extract: false });
  if (!number?.isPossible() || number.ext) return null;
  const type = number.getType();
  // Personal numbers are expensive everywhere except in North America.
  const isUnsupported = unsupportedTypes.has(type) || (type === "PERSONAL_NUMBER" && number.countryCallingCode !== "1");
  return isUnsupported ? null : (number.number as string as Phone);
}

/** For display: the country code and the last two digits. */
export function maskPhone(phone: Phone): string {
  const { callingCode, national } = splitPhone(phone);
  return `+${callingCode}${"*".repeat(Math.max(0, national.length - 2))}${national.slice(-2)}`;
}

/** The country code and the first four digits, which the numbers of toll fraud usually share. */
export function phonePrefix(phone: Phone): string {
  const { callingCode, national } = splitPhone(phone);
  return `${callingCode} ${national.slice(0, 4)}`;
}

function splitPhone(phone: Phone): { callingCode: string; national: string } {
  const callingCode = parsePhoneNumberFromString(phone)?.countryCallingCode ?? phone.slice(1, 3);
  return { callingCode, national: phone.slice(1 + callingCode.length) };
}
