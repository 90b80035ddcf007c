import type { ClientInfo } from "../request-context.js";
import { networkOf, siteOf } from "./network.js";
import type { RateLimitKey } from "./rate-limiter.js";

/** What attempts and messages are counted for: a handle, with or without an account, or another binding, and a purpose. */
export interface CodeSubject {
  readonly applicationId: string;
  readonly purpose: string;
  /** Canonical handle, user id or invitation id. */
  readonly binding: string;
}

/** Wrong passwords and codes for all accounts from the client's network. */
export function networkFailureKeys({ address }: ClientInfo): RateLimitKey[] {
  const parts = [networkOf(address)];
  const site = siteOf(address);
  const keys: RateLimitKey[] = [
    { limit: "failuresFromNetwork", parts },
    { limit: "failuresFromNetworkHourly", parts },
  ];
  return site === null ? keys : [...keys, { limit: "failuresFromSite", parts: [site] }];
}

/** Passwords for one account from unrecognised clients. */
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

/** Passwords for one account from one recognised device. */
export const deviceLogInKeys = (applicationId: string, handle: string, device: string): RateLimitKey[] => [
  { limit: "logInFromDevice", applicationId, parts: [handle, device] },
];

/** Sources of wrong passwords for an account. */
export interface FailureSources {
  readonly addresses: readonly string[];
  /** Recognised devices. */
  readonly devices: readonly string[];
}

/** Limits exhausted by guessing for one handle: log-in from these sources, and password reset codes. */
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

/** Second factor limits except the suspension after 100 wrong codes, which only a recovery code or a reset lifts. */
export const secondFactorLockoutKeys = (applicationId: string, userId: string): RateLimitKey[] => [
  ...secondFactorKeys(applicationId, userId).filter(({ limit }) => limit !== "secondFactorSuspension"),
  ...recoveryCodeKeys(applicationId, userId),
];

/** The current password given in a session. Counted separately from log-in: neither can exhaust the other's limits. */
export const sessionPasswordKeys = (applicationId: string, userId: string, sessionId: string): RateLimitKey[] => [
  { limit: "passwordInSession", applicationId, parts: [sessionId] },
  { limit: "passwordInSessions", applicationId, parts: [userId] },
];

const secondFactorLimits = ["secondFactorConsecutive", "secondFactorDaily", "secondFactorSuspension"] as const;

/** Second factor codes of an account, for all challenges and methods. A correct password does not reset them. */
export const secondFactorKeys = (applicationId: string, userId: string): RateLimitKey[] =>
  secondFactorLimits.map((limit) => ({ limit, applicationId, parts: [userId] }));

/** Recovery codes of an account, counted separately so that wrong second factor codes do not block recovery. */
export const recoveryCodeKeys = (applicationId: string, userId: string): RateLimitKey[] =>
  (["recoveryCodesHourly", "recoveryCodesDaily"] as const).map((limit) => ({ limit, applicationId, parts: [userId] }));

/** Verification of a code. Attempts with a valid ticket are counted separately from those without. */
export function codeKeys({ applicationId, purpose, binding }: CodeSubject, heldTicket: string | null, client: ClientInfo): RateLimitKey[] {
  const parts = [purpose, binding];
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

/** Sending a message. The recipient's limits are shared by all applications. */
export function messageKeys(subject: CodeSubject, client: ClientInfo): RateLimitKey[] {
  const { applicationId, purpose, binding } = subject;
  const parts = [purpose, binding, networkOf(client.address)];
  return [...refundableMessageKeys(subject), { limit: "sendsFromNetworkDaily", applicationId, parts }];
}

/** Limits refunded when the code of a message is verified. */
export const refundableMessageKeys = ({ applicationId, purpose, binding }: CodeSubject): RateLimitKey[] => [
  { limit: "sendsQuarterHourly", applicationId, parts: [purpose, binding] },
  ...recipientKeys(binding),
];

/** Sending an invitation by a user. The recipient's limits are shared by all applications. */
export const invitationKeys = (applicationId: string, inviterId: string, handle: string): RateLimitKey[] => [
  { limit: "invitationsHourly", applicationId, parts: [inviterId] },
  { limit: "invitationsDaily", applicationId, parts: [inviterId] },
  ...recipientKeys(handle),
];

/** Messages to one recipient, regardless of sender and application. */
export const recipientKeys = (handle: string): RateLimitKey[] => [
  { limit: "sendsToRecipientHourly", parts: [handle] },
  { limit: "sendsToRecipientDaily", parts: [handle] },
];

/** A text message, and the daily limits of the application and the gateway. */
export interface SmsUse {
  readonly applicationId: string;
  readonly userId: string;
  readonly phone: string;
  readonly prefix: string;
  /** True for the user's verified number. Unverified numbers are counted separately, so that they cannot exhaust limits log-in needs. */
  readonly isVerified: boolean;
  readonly perApplication: number;
  readonly perGateway: number;
}

/** Sending a text message. Half of the daily limits is reserved for verified numbers. */
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

/** Limits refunded when the code of a text message is verified, which shows that the message was wanted. */
export function refundableSmsKeys({ applicationId, userId, phone, prefix, isVerified }: SmsUse): RateLimitKey[] {
  // Messages to an unverified number are counted for all accounts and applications together; to a verified one, per user.
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

/** A new number that an account requests to verify, and the record that the number was already counted. */
export const newNumberKeys = (applicationId: string, userId: string, phone: string) =>
  [
    { limit: "numberOfAccount", applicationId, parts: [userId, phone] },
    { limit: "numbersOfAccountDaily", applicationId, parts: [userId] },
  ] as const satisfies RateLimitKey[];

export const signUpKey = (network: string): RateLimitKey => ({ limit: "signUpsFromNetwork", parts: [network] });
