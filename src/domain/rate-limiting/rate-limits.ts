/** What happens when the attempts are used up: a wait that doubles with every further one, or one of fixed length. */
type Backoff =
  | { readonly kind: "exponential"; readonly initialSeconds: number; readonly maxSeconds: number; readonly resetAfterSeconds: number }
  /** Until the window is over, or for `seconds`. */
  | { readonly kind: "fixed"; readonly seconds?: number };

/** So many attempts in a window, then a wait. */
export interface RateLimit {
  readonly attempts: number;
  readonly windowSeconds: number;
  readonly backoff: Backoff;
  /** What a success does: forgets the failures, takes its own attempt back, or nothing because every use counts. */
  readonly onSuccess: "reset" | "refund" | "none";
  /** True: the attempt is refused during the wait. False: it is only noted that the budget is used up. */
  readonly isEnforced: boolean;
  /** Per cent of the attempts at which an alarm goes out. */
  readonly alertAtPercent?: readonly number[];
  readonly description: string;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const exponentialBackoff: Backoff = { kind: "exponential", initialSeconds: 30, maxSeconds: 15 * MINUTE, resetAfterSeconds: DAY };
const untilWindowEnds: Backoff = { kind: "fixed" };

const failureLimit = (
  attempts: number,
  windowSeconds: number,
  backoff: Backoff,
  onSuccess: RateLimit["onSuccess"],
  description: string,
): RateLimit => ({
  ...{ attempts, windowSeconds, backoff, onSuccess, description },
  isEnforced: true,
});
const usageLimit = (attempts: number, windowSeconds: number, description: string): RateLimit => ({
  ...{ attempts, windowSeconds, description },
  backoff: untilWindowEnds,
  onSuccess: "none",
  isEnforced: true,
});

/**
 * Every budget of the gateway. A network is an IPv4 address or an IPv6 /64. Accounts are handles, known or not: an unknown handle has
 * the same budgets as an account.
 */
export const rateLimits = {
  logInFromNetwork: failureLimit(5, 15 * MINUTE, exponentialBackoff, "reset", "wrong passwords for one account from one network"),
  logInFromStrangersHourly: failureLimit(20, HOUR, untilWindowEnds, "refund", "wrong passwords for one account from all unknown devices"),
  logInFromStrangersDaily: failureLimit(100, DAY, untilWindowEnds, "refund", "wrong passwords for one account from all unknown devices"),
  logInConsecutive: failureLimit(
    100,
    30 * DAY,
    untilWindowEnds,
    "reset",
    "wrong passwords for one account from unknown devices without a success or a reset in between",
  ),
  logInFromDevice: failureLimit(10, HOUR, exponentialBackoff, "reset", "wrong passwords for one account from one known device"),
  passwordInSession: failureLimit(5, 15 * MINUTE, exponentialBackoff, "reset", "wrong current passwords in one session"),
  passwordInSessions: failureLimit(20, HOUR, untilWindowEnds, "refund", "wrong current passwords in all sessions of one account"),
  failuresFromNetwork: failureLimit(
    20,
    10 * MINUTE,
    { kind: "fixed", seconds: 15 * MINUTE },
    "refund",
    "wrong passwords and codes from one network, all accounts",
  ),
  failuresFromNetworkHourly: failureLimit(100, HOUR, untilWindowEnds, "refund", "wrong passwords and codes from one network, all accounts"),
  failuresFromSite: failureLimit(1000, HOUR, untilWindowEnds, "refund", "wrong passwords and codes from one IPv6 /48, all accounts"),
  codesOfStrangers: failureLimit(15, DAY, untilWindowEnds, "refund", "wrong codes for one account and purpose without a valid ticket"),
  codesOfTicket: failureLimit(15, DAY, untilWindowEnds, "refund", "wrong codes with one ticket"),
  codesOfAccount: failureLimit(60, DAY, untilWindowEnds, "refund", "wrong codes for one account and purpose, tickets or not"),
  codesOfApplication: {
    ...failureLimit(
      200,
      HOUR,
      untilWindowEnds,
      "refund",
      "wrong codes in one application; beyond it new codes have ten digits, nobody is refused",
    ),
    isEnforced: false,
  },
  secondFactorConsecutive: failureLimit(
    5,
    30 * DAY,
    { kind: "exponential", initialSeconds: MINUTE, maxSeconds: HOUR, resetAfterSeconds: 30 * DAY },
    "reset",
    "wrong codes of one account's second factors, one after the other",
  ),
  secondFactorDaily: failureLimit(30, DAY, untilWindowEnds, "refund", "wrong codes of one account's second factors"),
  secondFactorSuspension: failureLimit(
    100,
    10 * 365 * DAY,
    untilWindowEnds,
    "reset",
    "wrong codes of one account's second factors without a right one in between; only a recovery code or a reset ends it",
  ),
  recoveryCodesHourly: failureLimit(5, HOUR, untilWindowEnds, "refund", "wrong recovery codes of one account"),
  recoveryCodesDaily: failureLimit(10, DAY, untilWindowEnds, "refund", "wrong recovery codes of one account"),
  sendsQuarterHourly: usageLimit(3, 15 * MINUTE, "messages of one purpose to one account; one answered with its right code is given back"),
  sendsFromNetworkDaily: usageLimit(10, DAY, "messages of one purpose to one account asked for from one network"),
  sendsToRecipientHourly: usageLimit(10, HOUR, "messages to one address, all applications"),
  sendsToRecipientDaily: usageLimit(30, DAY, "messages to one address, all applications"),
  invitationsHourly: usageLimit(5, HOUR, "invitations sent by one user"),
  invitationsDaily: usageLimit(20, DAY, "invitations sent by one user"),
  signUpsFromNetwork: usageLimit(10, HOUR, "unconfirmed sign-ups from one network; a confirmed one is given back"),
  smsToNumberMinutely: usageLimit(1, MINUTE, "text messages to one number; one answered with its right code is given back"),
  smsToNumberHourly: usageLimit(5, HOUR, "text messages to one number; one answered with its right code is given back"),
  smsToNumberDaily: usageLimit(10, DAY, "text messages to one number; one answered with its right code is given back"),
  smsOfAccountHourly: usageLimit(5, HOUR, "text messages asked for by one account; one answered with its right code is given back"),
  numbersOfAccountDaily: usageLimit(3, DAY, "different numbers one account wants to verify"),
  numberOfAccount: { ...usageLimit(1, DAY, "marks a number as counted for an account"), isEnforced: false },
  smsToPrefixHourly: {
    ...usageLimit(30, HOUR, "text messages of one application to one prefix (country and four digits); answered ones are given back"),
    alertAtPercent: [100],
  },
  smsToPrefixDaily: {
    ...usageLimit(60, DAY, "text messages of one application to one prefix (country and four digits); answered ones are given back"),
    alertAtPercent: [100],
  },
  smsClaimsOfApplicationDaily: {
    ...usageLimit(250, DAY, "text messages of one application to numbers nobody has verified yet; half of twilio.messagesPerDay"),
    alertAtPercent: [50, 80, 100],
  },
  smsOfApplicationDaily: {
    ...usageLimit(500, DAY, "text messages of one application; twilio.messagesPerDay"),
    alertAtPercent: [50, 80, 100],
  },
  smsClaimsDaily: {
    ...usageLimit(1000, DAY, "text messages of all applications to numbers nobody has verified yet; half of SMS_PER_DAY"),
    alertAtPercent: [50, 80, 100],
  },
  smsDaily: { ...usageLimit(2000, DAY, "text messages of all applications; SMS_PER_DAY"), alertAtPercent: [50, 80, 100] },
  guessingNotices: { ...usageLimit(1, DAY, "notices to an account's owner that somebody guesses the password"), isEnforced: false },
} as const satisfies Record<string, RateLimit>;

export type RateLimitName = keyof typeof rateLimits;
