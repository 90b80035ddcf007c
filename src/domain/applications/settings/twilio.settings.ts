import { type CountryCode, getCountries, parsePhoneNumberFromString } from "libphonenumber-js/max";
import { z } from "zod";

const emptyOr = (schema: z.ZodString) => z.union([z.literal(""), schema]).default("");
const sid = (prefix: string, example: string) =>
  z.string().regex(new RegExp(`^${prefix}[0-9a-fA-F]{32}$`), `must be an identifier such as ${example}, or empty`);

const supportedCountries: ReadonlySet<string> = new Set(getCountries());
const country = z
  .string()
  .trim()
  .toUpperCase()
  .refine((code) => supportedCountries.has(code), "must be two-letter country codes such as DE")
  .transform((code) => code as CountryCode);

export const twilioSettings = z.strictObject({
  accountSid: emptyOr(sid("AC", "AC0123...")).describe("SID of the application's own Twilio account"),
  /** The token itself is kept among the application's secrets; here is only whether there is one. */
  authToken: z.boolean().default(false).describe("auth token of that account; kept sealed, never shown: only whether it is set"),
  phoneNumber: emptyOr(z.string().regex(/^\+[1-9]\d{6,14}$/, "must be a number such as +14155550123, or empty")).describe(
    "number of that account that messages come from",
  ),
  messagingServiceSid: emptyOr(sid("MG", "MG0123...")).describe("messaging service of that account, in the place of a number"),
  countries: z
    .array(country)
    .max(250)
    .prefault([])
    .describe("countries messages may go to; empty: the phone number's, or with a messaging service those the account may send to"),
  messagesPerDay: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(500)
    .describe("messages in a day; half of them at most to numbers that nobody has verified yet"),
});
type TwilioSettings = z.output<typeof twilioSettings>;

/** True when the application can send: account, token and a sender. */
export const canSendSms = ({ accountSid, authToken, phoneNumber, messagingServiceSid }: TwilioSettings): boolean =>
  accountSid !== "" && authToken && (phoneNumber !== "" || messagingServiceSid !== "");

/** Countries the application sends to; null: it does not say, and Twilio's own permissions of the account decide. */
export function smsCountries({ countries, phoneNumber }: TwilioSettings): readonly string[] | null {
  if (countries.length > 0) return countries;
  if (phoneNumber === "") return null;
  const ownCountry = countryOfNumber(phoneNumber);
  return ownCountry === null ? [] : [ownCountry];
}

/** The country of an E.164 number, as two letters. Several may share a calling code: one whose area is not known counts as the main one's. */
export function countryOfNumber(phoneNumber: string): string | null {
  const number = parsePhoneNumberFromString(phoneNumber, { extract: false });
  return number?.country ?? number?.getPossibleCountries()[0] ?? null;
}
