import { type NumberType, parsePhoneNumberFromString } from "libphonenumber-js/max";

/** A phone number in its one canonical form, E.164. Everything that stores, looks up or compares numbers uses this form. */
export type Phone = string & { readonly brand: "Phone" };

/** How people write numbers: a plus, then digits with what usually stands between them. Extensions and letters do not. */
const WRITTEN_FORM = /^\s*\+[0-9 ().\-/\u00a0]{5,38}$/;
/** Lines that cost whoever sends to them, or that take no text. */
const unsupportedTypes: ReadonlySet<NumberType> = new Set(["PREMIUM_RATE", "SHARED_COST", "TOLL_FREE", "PAGER", "UAN", "VOICEMAIL"]);

/**
 * The canonical form of a phone number with its country's code, or null for what no text is sent to. Blanks, brackets, dots, dashes and
 * slashes are dropped, and so is the (0) of national numbers. A number need not be in use: new ranges appear before lists know them.
 */
export function canonicalPhone(typed: string): Phone | null {
  if (!WRITTEN_FORM.test(typed)) return null;
  const number = parsePhoneNumberFromString(typed.trim(), { extract: false });
  if (!number?.isPossible() || number.ext) return null;
  const type = number.getType();
  // Personal numbers are dear everywhere but in North America.
  const isUnsupported = unsupportedTypes.has(type) || (type === "PERSONAL_NUMBER" && number.countryCallingCode !== "1");
  return isUnsupported ? null : (number.number as string as Phone);
}

/** For people: the country's code and the last two digits. */
export function maskPhone(phone: Phone): string {
  const { callingCode, national } = splitPhone(phone);
  return `+${callingCode}${"*".repeat(Math.max(0, national.length - 2))}${national.slice(-2)}`;
}

/** The country's code and the first four digits: numbers that are made up to be paid for usually share them. */
export function phonePrefix(phone: Phone): string {
  const { callingCode, national } = splitPhone(phone);
  return `${callingCode} ${national.slice(0, 4)}`;
}

function splitPhone(phone: Phone): { callingCode: string; national: string } {
  const callingCode = parsePhoneNumberFromString(phone)?.countryCallingCode ?? phone.slice(1, 3);
  return { callingCode, national: phone.slice(1 + callingCode.length) };
}
