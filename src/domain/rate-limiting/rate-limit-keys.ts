import type { ClientInfo } from "../request-context.js";
import { networkOf, siteOf } from "./network.js";
import type { RateLimitKey } from "./rate-limiter.js";

/** A handle, known or not, and what is done with it. */
export interface AccountPurpose {
  readonly applicationId: string;
  readonly purpose: string;
  readonly handle: string;
}

/** Guesses from where a request comes from, over all accounts. */
export function networkFailureKeys({ address }: ClientInfo): RateLimitKey[] {
  const parts = [networkOf(address)];
  const site = siteOf(address);
  const keys: RateLimitKey[] = [
    { limit: "failuresFromNetwork", parts },
    { limit: "failuresFromNetworkHourly", parts },
  ];
  return site === null ? keys : [...keys, { limit: "failuresFromSite", parts: [site] }];
}

/** Passwords of one account tried from unknown devices. */
export function logInKeys(applicationId: string, handle: string, { address }: ClientInfo): RateLimitKey[] {
  return [networkLogInKey(applicationId, handle, address), ...accountLogInKeys(applicationId, handle)];
}

const networkLogInKey = (applicationId: string, handle: string, address: string | null): RateLimitKey => ({
  applicationId,
  limit: "logInFromNetwork",
  parts: [handle, networkOf(address)],
});

function accountLogInKeys(applicationId: string, handle: string): RateLimitKey[] {
  const account = { applicationId, parts: [handle] };
  return [
    { ...account, limit: "logInFromStrangersHourly" },
    { ...account, limit: "logInFromStrangersDaily" },
    { ...account, limit: "logInConsecutive" },
  ];
}

/** Passwords of one account tried from one of its known devices. */
export const deviceLogInKeys = (applicationId: string, handle: string, device: string): RateLimitKey[] => [
  { limit: "logInFromDevice", applicationId, parts: [handle, device] },
];

/** Where wrong passwords of an account came from. */
export interface FailureSources {
  readonly addresses: readonly string[];
  /** Known devices. */
  readonly devices: readonly string[];
}

/** What guesses at one handle have closed: log-in from these places, and codes of resets. */
export function lockoutKeys(applicationId: string, handle: string, { addresses, devices }: FailureSources): RateLimitKey[] {
  const resets = { applicationId, parts: ["PASSWORD_RESET", handle] };
  return [
    ...accountLogInKeys(applicationId, handle),
    ...addresses.map((address) => networkLogInKey(applicationId, handle, address)),
    ...devices.flatMap((device) => deviceLogInKeys(applicationId, handle, device)),
    { ...resets, limit: "codesOfStrangers" },
    { ...resets, limit: "codesOfAccount" },
  ];
}

/** Waits after wrong codes of second factors. Not the end of them after a hundred, which only a recovery code or a reset undoes. */
export const secondFactorLockoutKeys = (applicationId: string, userId: string): RateLimitKey[] => [
  ...secondFactorKeys(applicationId, userId).filter(({ limit }) => limit !== "secondFactorSuspension"),
  ...recoveryCodeKeys(applicationId, userId),
];

/** The current password, asked for inside a session: strangers' guesses at log-in do not count here, and the other way round. */
export const sessionPasswordKeys = (applicationId: string, userId: string, sessionId: string): RateLimitKey[] => [
  { limit: "passwordInSession", applicationId, parts: [sessionId] },
  { limit: "passwordInSessions", applicationId, parts: [userId] },
];

const secondFactorLimits = ["secondFactorConsecutive", "secondFactorDaily", "secondFactorSuspension"] as const;

/** Codes of an account's second factors, whatever the challenge and the factor. A right password clears none of them. */
export const secondFactorKeys = (applicationId: string, userId: string): RateLimitKey[] =>
  secondFactorLimits.map((limit) => ({ limit, applicationId, parts: [userId] }));

/** Recovery codes of an account: strangers' wrong codes do not close this way back. */
export const recoveryCodeKeys = (applicationId: string, userId: string): RateLimitKey[] =>
  (["recoveryCodesHourly", "recoveryCodesDaily"] as const).map((limit) => ({ limit, applicationId, parts: [userId] }));

/** Checking a code. Whoever holds a ticket is counted apart from strangers. */
export function codeKeys(
  { applicationId, purpose, handle }: AccountPurpose,
  heldTicket: string | null,
  client: ClientInfo,
): RateLimitKey[] {
  const parts = [purpose, handle];
  return [
    heldTicket === null
      ? { limit: "codesOfStrangers", applicationId, parts }
      : { limit: "codesOfTicket", applicationId, parts: [...parts, heldTicket] },
    { limit: "codesOfAccount", applicationId, parts },
    applicationCodeKey(applicationId),
    ...networkFailureKeys(client),
  ];
}

export const applicationCodeKey = (applicationId: string): RateLimitKey => ({ limit: "codesOfApplication", applicationId, parts: [] });

/** Sending a message; the recipient's budgets hold over all applications. */
export function messageKeys({ applicationId, purpose, handle }: AccountPurpose, client: ClientInfo): RateLimitKey[] {
  const networkParts = [purpose, handle, networkOf(client.address)];
  return [
    ...refundableMessageKeys({ applicationId, purpose, handle }),
    { limit: "sendsFromNetworkDaily", applicationId, parts: networkParts },
  ];
}

/** What is given back when a message was answered with its right code. */
export const refundableMessageKeys = ({ applicationId, purpose, handle }: AccountPurpose): RateLimitKey[] => [
  { limit: "sendsQuarterHourly", applicationId, parts: [purpose, handle] },
  ...recipientKeys(handle),
];

/** A user invites; the recipient's budgets hold over all applications. */
export const invitationKeys = (applicationId: string, inviterId: string, handle: string): RateLimitKey[] => [
  { limit: "invitationsHourly", applicationId, parts: [inviterId] },
  { limit: "invitationsDaily", applicationId, parts: [inviterId] },
  ...recipientKeys(handle),
];

/** Whoever sends: an address gets no more than that. */
export const recipientKeys = (handle: string): RateLimitKey[] => [
  { limit: "sendsToRecipientHourly", parts: [handle] },
  { limit: "sendsToRecipientDaily", parts: [handle] },
];

/** A text message, and how many the application and the gateway send in a day. */
export interface SmsUse {
  readonly applicationId: string;
  readonly userId: string;
  readonly phone: string;
  readonly prefix: string;
  /** True: the user has proved to hold the number. What strangers ask for is counted apart, so that it closes nobody's log-in. */
  readonly isVerified: boolean;
  readonly perApplication: number;
  readonly perGateway: number;
}

/** Sending a text message. Of the daily budgets, half is kept for verified numbers. */
export function smsKeys(use: SmsUse): RateLimitKey[] {
  const { applicationId, isVerified, perApplication, perGateway } = use;
  const half = (attempts: number) => Math.ceil(attempts / 2);
  const unverifiedNumberKeys: RateLimitKey[] = [
    { limit: "smsClaimsOfApplicationDaily", applicationId, parts: [], attempts: half(perApplication) },
    { limit: "smsClaimsDaily", parts: [], attempts: half(perGateway) },
  ];
  return [
    ...refundableSmsKeys(use),
    ...(isVerified ? [] : unverifiedNumberKeys),
    { limit: "smsOfApplicationDaily", applicationId, parts: [], attempts: perApplication },
    { limit: "smsDaily", parts: [], attempts: perGateway },
  ];
}

/** What is given back when a text message was answered with its right code: it was no message nobody waits for. */
export function refundableSmsKeys({ applicationId, userId, phone, prefix, isVerified }: SmsUse): RateLimitKey[] {
  // Claims to one number are counted over all accounts and applications, the owner's own messages by themselves.
  const prefixKey = { applicationId, parts: [prefix, isVerified ? "verified" : "claimed"] };
  const numberKey = isVerified ? { applicationId, parts: [phone, userId] } : { parts: [phone] };
  return [
    { limit: "smsToNumberMinutely", ...numberKey },
    { limit: "smsToNumberHourly", ...numberKey },
    { limit: "smsToNumberDaily", ...numberKey },
    { limit: "smsOfAccountHourly", applicationId, parts: [userId] },
    { limit: "smsToPrefixHourly", ...prefixKey },
    { limit: "smsToPrefixDaily", ...prefixKey },
  ];
}

/** One more number that an account wants to verify, and the mark that it has been counted. */
export const newNumberKeys = (applicationId: string, userId: string, phone: string) =>
  [
    { limit: "numberOfAccount", applicationId, parts: [userId, phone] },
    { limit: "numbersOfAccountDaily", applicationId, parts: [userId] },
  ] as const satisfies RateLimitKey[];

export const signUpKey = (network: string): RateLimitKey => ({ limit: "signUpsFromNetwork", parts: [network] });
