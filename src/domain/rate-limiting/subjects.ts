import type { RequestOrigin } from "../request-context.js";
import { networkOf, siteOf } from "./network.js";
import type { Subject } from "./throttle.js";

/** A handle, known or not, and what is done with it. */
export interface AccountPurpose {
  readonly applicationId: string;
  readonly purpose: string;
  readonly handle: string;
}

/** Guesses from where a request comes from, over all accounts. */
export function failuresFrom({ address }: RequestOrigin): Subject[] {
  const parts = [networkOf(address)];
  const site = siteOf(address);
  const subjects: Subject[] = [
    { budget: "failuresFromNetwork", parts },
    { budget: "failuresFromNetworkHourly", parts },
  ];
  return site === null ? subjects : [...subjects, { budget: "failuresFromSite", parts: [site] }];
}

/** Passwords of one account tried from unknown devices. */
export function logInSubjects(applicationId: string, handle: string, { address }: RequestOrigin): Subject[] {
  return [fromNetwork(applicationId, handle, address), ...accountSubjects(applicationId, handle)];
}

const fromNetwork = (applicationId: string, handle: string, address: string): Subject => ({
  applicationId,
  budget: "logInFromNetwork",
  parts: [handle, networkOf(address)],
});

function accountSubjects(applicationId: string, handle: string): Subject[] {
  const account = { applicationId, parts: [handle] };
  return [
    { ...account, budget: "logInFromStrangersHourly" },
    { ...account, budget: "logInFromStrangersDaily" },
    { ...account, budget: "logInConsecutive" },
  ];
}

/** Passwords of one account tried from one of its known devices. */
export const deviceSubjects = (applicationId: string, handle: string, device: string): Subject[] => [
  { budget: "logInFromDevice", applicationId, parts: [handle, device] },
];

/** Where wrong passwords of an account came from. */
export interface Guesses {
  readonly addresses: readonly string[];
  /** Known devices. */
  readonly devices: readonly string[];
}

/** What guesses at one handle have closed: log-in from these places, and codes of resets. */
export function lockSubjects(applicationId: string, handle: string, { addresses, devices }: Guesses): Subject[] {
  const resets = { applicationId, parts: ["PASSWORD_RESET", handle] };
  return [
    ...accountSubjects(applicationId, handle),
    ...addresses.map((address) => fromNetwork(applicationId, handle, address)),
    ...devices.flatMap((device) => deviceSubjects(applicationId, handle, device)),
    { ...resets, budget: "codesOfStrangers" },
    { ...resets, budget: "codesOfAccount" },
  ];
}

/** Waits after wrong codes of second factors. Not the end of them after a hundred, which only a recovery code or a reset undoes. */
export const secondFactorWaits = (applicationId: string, userId: string): Subject[] => [
  ...secondFactorAttempts(applicationId, userId).filter(({ budget }) => budget !== "secondFactorSuspension"),
  ...recoveryCodeAttempts(applicationId, userId),
];

/** The current password, asked for inside a session: strangers' guesses at log-in do not count here, and the other way round. */
export const sessionPasswordAttempts = (applicationId: string, userId: string, sessionId: string): Subject[] => [
  { budget: "passwordInSession", applicationId, parts: [sessionId] },
  { budget: "passwordInSessions", applicationId, parts: [userId] },
];

const secondFactors = ["secondFactorConsecutive", "secondFactorDaily", "secondFactorSuspension"] as const;

/** Codes of an account's second factors, whatever the challenge and the factor. A right password clears none of them. */
export const secondFactorAttempts = (applicationId: string, userId: string): Subject[] =>
  secondFactors.map((budget) => ({ budget, applicationId, parts: [userId] }));

/** Recovery codes of an account: strangers' wrong codes do not close this way back. */
export const recoveryCodeAttempts = (applicationId: string, userId: string): Subject[] =>
  (["recoveryCodesHourly", "recoveryCodesDaily"] as const).map((budget) => ({ budget, applicationId, parts: [userId] }));

/** Checking a code. Whoever holds a ticket is counted apart from strangers. */
export function codeAttempts(
  { applicationId, purpose, handle }: AccountPurpose,
  heldTicket: string | null,
  origin: RequestOrigin,
): Subject[] {
  const parts = [purpose, handle];
  return [
    heldTicket === null
      ? { budget: "codesOfStrangers", applicationId, parts }
      : { budget: "codesOfTicket", applicationId, parts: [...parts, heldTicket] },
    { budget: "codesOfAccount", applicationId, parts },
    codesOfApplication(applicationId),
    ...failuresFrom(origin),
  ];
}

export const codesOfApplication = (applicationId: string): Subject => ({ budget: "codesOfApplication", applicationId, parts: [] });

/** Sending a message; the recipient's budgets hold over all applications. */
export function sends({ applicationId, purpose, handle }: AccountPurpose, origin: RequestOrigin): Subject[] {
  const fromNetwork = [purpose, handle, networkOf(origin.address)];
  return [...answeredSends({ applicationId, purpose, handle }), { budget: "sendsFromNetworkDaily", applicationId, parts: fromNetwork }];
}

/** What is given back when a message was answered with its right code. */
export const answeredSends = ({ applicationId, purpose, handle }: AccountPurpose): Subject[] => [
  { budget: "sendsQuarterHourly", applicationId, parts: [purpose, handle] },
  ...recipientSubjects(handle),
];

/** A user invites; the recipient's budgets hold over all applications. */
export const invitationsOf = (applicationId: string, inviterId: string, handle: string): Subject[] => [
  { budget: "invitationsHourly", applicationId, parts: [inviterId] },
  { budget: "invitationsDaily", applicationId, parts: [inviterId] },
  ...recipientSubjects(handle),
];

/** Whoever sends: an address gets no more than that. */
export const recipientSubjects = (handle: string): Subject[] => [
  { budget: "sendsToRecipientHourly", parts: [handle] },
  { budget: "sendsToRecipientDaily", parts: [handle] },
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
export function smsSends(use: SmsUse): Subject[] {
  const { applicationId, isVerified, perApplication, perGateway } = use;
  const half = (attempts: number) => Math.ceil(attempts / 2);
  const claims: Subject[] = [
    { budget: "smsClaimsOfApplicationDaily", applicationId, parts: [], attempts: half(perApplication) },
    { budget: "smsClaimsDaily", parts: [], attempts: half(perGateway) },
  ];
  return [
    ...answeredSms(use),
    ...(isVerified ? [] : claims),
    { budget: "smsOfApplicationDaily", applicationId, parts: [], attempts: perApplication },
    { budget: "smsDaily", parts: [], attempts: perGateway },
  ];
}

/** What is given back when a text message was answered with its right code: it was no message nobody waits for. */
export function answeredSms({ applicationId, userId, phone, prefix, isVerified }: SmsUse): Subject[] {
  // Claims to one number are counted over all accounts and applications, the owner's own messages by themselves.
  const ofPrefix = { applicationId, parts: [prefix, isVerified ? "verified" : "claimed"] };
  const number = isVerified ? { applicationId, parts: [phone, userId] } : { parts: [phone] };
  return [
    { budget: "smsToNumberMinutely", ...number },
    { budget: "smsToNumberHourly", ...number },
    { budget: "smsToNumberDaily", ...number },
    { budget: "smsOfAccountHourly", applicationId, parts: [userId] },
    { budget: "smsToPrefixHourly", ...ofPrefix },
    { budget: "smsToPrefixDaily", ...ofPrefix },
  ];
}

/** One more number that an account wants to verify, and the mark that it has been counted. */
export const numbersOfAccount = (applicationId: string, userId: string, phone: string) =>
  [
    { budget: "numberOfAccount", applicationId, parts: [userId, phone] },
    { budget: "numbersOfAccountDaily", applicationId, parts: [userId] },
  ] as const satisfies Subject[];

export const signUpsFrom = (network: string): Subject => ({ budget: "signUpsFromNetwork", parts: [network] });
