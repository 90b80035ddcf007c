/** Block after the attempts are exhausted: it doubles with every further attempt, or has a fixed duration. */
type Backoff =
  | { readonly kind: "exponential"; readonly initialSeconds: number; readonly maxSeconds: number; readonly resetAfterSeconds: number }
  /** Until the window ends, or for `seconds`. */
  | { readonly kind: "fixed"; readonly seconds?: number };

/** Permits a number of attempts per window, then blocks. */
export interface RateLimit {
  readonly attempts: number;
  readonly windowSeconds: number;
  readonly backoff: Backoff;
  /** Effect of a success: reset the counter, refund its own attempt, or none because every use counts. */
  readonly onSuccess: "reset" | "refund" | "none";
  /** True: attempts are rejected during the block. False: exhaustion is only recorded. */
  readonly isEnforced: boolean;
  /** Percentages of the attempts at which an alert is logged and audited. */
  readonly alertAtPercent?: readonly number[];
  readonly description: string;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const exponentialBackoff: Backoff = { kind: "exponential", initialSeconds: 30, maxSeconds: 15 * MINUTE, resetAfterSeconds: DAY };
const untilWindowEnds: Backoff = { kind: "fixed" };

/** A limit of failures whose counter a success resets. */
const resetOnSuccess = (attempts: number, windowSeconds: number, backoff: Backoff, description: string): RateLimit => ({
  ...{ attempts, windowSeconds, backoff, description },
  onSuccess: "reset",
  isEnforced: true,
});
/** A limit of failures to which a success returns its own attempt. */
const refundOnSuccess = (attempts: number, windowSeconds: number, description: string): RateLimit => ({
  ...resetOnSuccess(attempts, windowSeconds, untilWindowEnds, description),
  onSuccess: "refund",
});
/** A limit of every use, whatever its outcome. */
const usageLimit = (attempts: number, windowSeconds: number, description: string): RateLimit => ({
  ...resetOnSuccess(attempts, windowSeconds, untilWindowEnds, description),
  onSuccess: "none",
});

/**
 * All rate limits of the gateway. A network is an IPv4 address or an IPv6 /64. An account is identified by its handle; handles without
 * an account have the same limits, to prevent account enumeration.
 */
export const rateLimits = {
  logInFromNetwork: resetOnSuccess(5, 15 * MINUTE, exponentialBackoff, "Wrong passwords for one account from one network."),
  logInFromStrangersHourly: refundOnSuccess(20, HOUR, "Wrong passwords for one account from all unrecognised clients."),
  logInFromStrangersDaily: refundOnSuccess(100, DAY, "Wrong passwords for one account from all unrecognised clients."),
  logInConsecutive: resetOnSuccess(
    100,
    30 * DAY,
    untilWindowEnds,
    "Wrong passwords for one account from unrecognised clients since the last successful log-in or password reset.",
  ),
  logInFromDevice: resetOnSuccess(10, HOUR, exponentialBackoff, "Wrong passwords for one account from one recognised device."),
  passwordInSession: resetOnSuccess(5, 15 * MINUTE, exponentialBackoff, "Wrong current passwords in one session."),
  passwordInSessions: refundOnSuccess(20, HOUR, "Wrong current passwords in all sessions of one account."),
  failuresFromNetwork: {
    ...refundOnSuccess(20, 10 * MINUTE, "Wrong passwords and codes for all accounts from one network."),
    backoff: { kind: "fixed", seconds: 15 * MINUTE },
  },
  failuresFromNetworkHourly: refundOnSuccess(100, HOUR, "Wrong passwords and codes for all accounts from one network."),
  failuresFromSite: refundOnSuccess(1000, HOUR, "Wrong passwords and codes for all accounts from one IPv6 /48."),
  codesOfStrangers: refundOnSuccess(15, DAY, "Wrong codes for one account and purpose without a valid ticket."),
  codesOfTicket: refundOnSuccess(15, DAY, "Wrong codes with one ticket."),
  codesOfAccount: refundOnSuccess(60, DAY, "Wrong codes for one account and purpose, with or without a ticket."),
  codesOfApplication: {
    ...refundOnSuccess(200, HOUR, "Wrong codes in one application. When exceeded, new codes have ten digits; requests are not rejected."),
    isEnforced: false,
  },
  secondFactorConsecutive: resetOnSuccess(
    5,
    30 * DAY,
    { kind: "exponential", initialSeconds: MINUTE, maxSeconds: HOUR, resetAfterSeconds: 30 * DAY },
    "Consecutive wrong second factor codes for one account.",
  ),
  secondFactorDaily: refundOnSuccess(30, DAY, "Wrong second factor codes for one account."),
  secondFactorSuspension: resetOnSuccess(
    100,
    10 * 365 * DAY,
    untilWindowEnds,
    "Wrong second factor codes for one account since the last correct one. Only a recovery code or a reset lifts it.",
  ),
  recoveryCodesHourly: refundOnSuccess(5, HOUR, "Wrong recovery codes for one account."),
  recoveryCodesDaily: refundOnSuccess(10, DAY, "Wrong recovery codes for one account."),
  sendsQuarterHourly: usageLimit(3, 15 * MINUTE, "Messages of one purpose to one account; refunded when the code is verified."),
  sendsFromNetworkDaily: usageLimit(10, DAY, "Messages of one purpose to one account requested from one network."),
  sendsToRecipientHourly: usageLimit(10, HOUR, "Messages to one address from all applications."),
  sendsToRecipientDaily: usageLimit(30, DAY, "Messages to one address from all applications."),
  invitationsHourly: usageLimit(5, HOUR, "Invitations sent by one user."),
  invitationsDaily: usageLimit(20, DAY, "Invitations sent by one user."),
  signUpsFromNetwork: usageLimit(10, HOUR, "Unconfirmed sign-ups from one network; refunded when the sign-up is confirmed."),
  smsToNumberMinutely: usageLimit(1, MINUTE, "Text messages to one number; refunded when the code is verified."),
  smsToNumberHourly: usageLimit(5, HOUR, "Text messages to one number; refunded when the code is verified."),
  smsToNumberDaily: usageLimit(10, DAY, "Text messages to one number; refunded when the code is verified."),
  smsOfAccountHourly: usageLimit(5, HOUR, "Text messages requested by one account; refunded when the code is verified."),
  numbersOfAccountDaily: usageLimit(3, DAY, "Different phone numbers for which one account requests verification."),
  numberOfAccount: { ...usageLimit(1, DAY, "Records that a phone number was already counted for an account."), isEnforced: false },
  smsToPrefixHourly: {
    ...usageLimit(
      30,
      HOUR,
      "Text messages of one application to one prefix (country and four digits); refunded when the code is verified.",
    ),
    alertAtPercent: [100],
  },
  smsToPrefixDaily: {
    ...usageLimit(60, DAY, "Text messages of one application to one prefix (country and four digits); refunded when the code is verified."),
    alertAtPercent: [100],
  },
  smsClaimsOfApplicationDaily: {
    ...usageLimit(250, DAY, "Text messages of one application to unverified numbers; half of twilio.messagesPerDay."),
    alertAtPercent: [50, 80, 100],
  },
  smsOfApplicationDaily: {
    ...usageLimit(500, DAY, "Text messages of one application; set by twilio.messagesPerDay."),
    alertAtPercent: [50, 80, 100],
  },
  smsClaimsDaily: {
    ...usageLimit(1000, DAY, "Text messages of all applications to unverified numbers; half of SMS_PER_DAY."),
    alertAtPercent: [50, 80, 100],
  },
  smsDaily: { ...usageLimit(2000, DAY, "Text messages of all applications; set by SMS_PER_DAY."), alertAtPercent: [50, 80, 100] },
  guessingNotices: { ...usageLimit(1, DAY, "Notifications to a user about password guessing."), isEnforced: false },
} as const satisfies Record<string, RateLimit>;

export type RateLimitName = keyof typeof rateLimits;
