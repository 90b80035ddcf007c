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
  .refine((code) => supportedCountries.has(code), "must be a two-letter country code such as DE")
  .transform((code) => code as CountryCode);

export const twilioSettings = z.strictObject({
  accountSid: emptyOr(sid("AC", "AC0123...")).describe("SID of the application's Twilio account."),
  /** Whether a token is set. The token itself is stored among the application's secrets. */
  authToken: z
    .boolean()
    .default(false)
    .describe("Auth token of the Twilio account. Stored encrypted; reads return only whether it is set."),
  phoneNumber: emptyOr(z.string().regex(/^\+[1-9]\d{6,14}$/, "must be a number such as +14155550123, or empty")).describe(
    "Sender number of the Twilio account, in E.164 format.",
  ),
  messagingServiceSid: emptyOr(sid("MG", "MG0123...")).describe("SID of the messaging service used instead of a sender number."),
  countries: z
    .array(country)
    .max(250)
    .prefault([])
    .describe(
      "Allowed destination countries, as two-letter codes; empty: the sender number's country, or with a messaging service the countries that the Twilio account allows.",
    ),
  messagesPerDay: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(500)
    .describe("Maximum number of text messages per day; at most half of them go to unverified numbers."),
});
type TwilioSettings = z.output<typeof twilioSettings>;

/** True when account, token and a sender are set. */
export const canSendSms = ({ accountSid, authToken, phoneNumber, messagingServiceSid }: TwilioSettings): boolean =>
  accountSid !== "" && authToken && (phoneNumber !== "" || messagingServiceSid !== "");

/** Countries the application sends to; null: not restricted, so the permissions of the Twilio account apply. */
export function smsCountries({ countries, phoneNumber }: TwilioSettings): readonly string[] | null {
  if (countries.length > 0) return countries;
  if (phoneNumber === "") return null;
  const ownCountry = countryOfNumber(phoneNumber);
  return ownCountry === null ? [] : [ownCountry];
}

/** Country (ISO 3166-1 alpha-2) of an E.164 number. If a shared calling code does not determine it, the main country of that code. */
export function countryOfNumber(phoneNumber: string): string | null {
  const number = parsePhoneNumberFromString(phoneNumber, { extract: false });
  return number?.country ?? number?.getPossibleCountries()[0] ?? null;
}
