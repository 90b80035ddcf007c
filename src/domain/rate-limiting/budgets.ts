/** What happens when the attempts are used up: a wait that doubles with every further one, or one of fixed length. */
type Wait =
  | { readonly kind: "doubling"; readonly firstSeconds: number; readonly longestSeconds: number; readonly forgetSeconds: number }
  /** Until the window is over, or for `seconds`. */
  | { readonly kind: "fixed"; readonly seconds?: number };

/** So many attempts in a window, then a wait. */
export interface Budget {
  readonly attempts: number;
  readonly windowSeconds: number;
  readonly wait: Wait;
  /** What a success does: forgets the failures, takes its own attempt back, or nothing because every use counts. */
  readonly onSuccess: "clear" | "give back" | "keep";
  /** True: the attempt is refused during the wait. False: it is only noted that the budget is used up. */
  readonly refuses: boolean;
  /** Per cent of the attempts at which an alarm goes out. */
  readonly alarmsAt?: readonly number[];
  readonly meaning: string;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const growing: Wait = { kind: "doubling", firstSeconds: 30, longestSeconds: 15 * MINUTE, forgetSeconds: DAY };
const restOfWindow: Wait = { kind: "fixed" };

const failures = (attempts: number, windowSeconds: number, wait: Wait, onSuccess: Budget["onSuccess"], meaning: string): Budget => ({
  ...{ attempts, windowSeconds, wait, onSuccess, meaning },
  refuses: true,
});
const uses = (attempts: number, windowSeconds: number, meaning: string): Budget => ({
  ...{ attempts, windowSeconds, meaning },
  wait: restOfWindow,
  onSuccess: "keep",
  refuses: true,
});

/**
 * Every budget of the gateway. A network is an IPv4 address or an IPv6 /64. Accounts are handles, known or not: an unknown handle has
 * the same budgets as an account.
 */
export const budgets = {
  logInFromNetwork: failures(5, 15 * MINUTE, growing, "clear", "wrong passwords for one account from one network"),
  logInFromStrangersHourly: failures(20, HOUR, restOfWindow, "give back", "wrong passwords for one account from all unknown devices"),
  logInFromStrangersDaily: failures(100, DAY, restOfWindow, "give back", "wrong passwords for one account from all unknown devices"),
  logInConsecutive: failures(
    100,
    30 * DAY,
    restOfWindow,
    "clear",
    "wrong passwords for one account from unknown devices without a success or a reset in between",
  ),
  logInFromDevice: failures(10, HOUR, growing, "clear", "wrong passwords for one account from one known device"),
  passwordInSession: failures(5, 15 * MINUTE, growing, "clear", "wrong current passwords in one session"),
  passwordInSessions: failures(20, HOUR, restOfWindow, "give back", "wrong current passwords in all sessions of one account"),
  failuresFromNetwork: failures(
    20,
    10 * MINUTE,
    { kind: "fixed", seconds: 15 * MINUTE },
    "give back",
    "wrong passwords and codes from one network, all accounts",
  ),
  failuresFromNetworkHourly: failures(100, HOUR, restOfWindow, "give back", "wrong passwords and codes from one network, all accounts"),
  failuresFromSite: failures(1000, HOUR, restOfWindow, "give back", "wrong passwords and codes from one IPv6 /48, all accounts"),
  codesOfStrangers: failures(15, DAY, restOfWindow, "give back", "wrong codes for one account and purpose without a valid ticket"),
  codesOfTicket: failures(15, DAY, restOfWindow, "give back", "wrong codes with one ticket"),
  codesOfAccount: failures(60, DAY, restOfWindow, "give back", "wrong codes for one account and purpose, tickets or not"),
  codesOfApplication: {
    ...failures(
      200,
      HOUR,
      restOfWindow,
      "give back",
      "wrong codes in one application; beyond it new codes have ten digits, nobody is refused",
    ),
    refuses: false,
  },
  secondFactorConsecutive: failures(
    5,
    30 * DAY,
    { kind: "doubling", firstSeconds: MINUTE, longestSeconds: HOUR, forgetSeconds: 30 * DAY },
    "clear",
    "wrong codes of one account's second factors, one after the other",
  ),
  secondFactorDaily: failures(30, DAY, restOfWindow, "give back", "wrong codes of one account's second factors"),
  secondFactorSuspension: failures(
    100,
    10 * 365 * DAY,
    restOfWindow,
    "clear",
    "wrong codes of one account's second factors without a right one in between; only a recovery code or a reset ends it",
  ),
  recoveryCodesHourly: failures(5, HOUR, restOfWindow, "give back", "wrong recovery codes of one account"),
  recoveryCodesDaily: failures(10, DAY, restOfWindow, "give back", "wrong recovery codes of one account"),
  sendsQuarterHourly: uses(3, 15 * MINUTE, "messages of one purpose to one account; one answered with its right code is given back"),
  sendsFromNetworkDaily: uses(10, DAY, "messages of one purpose to one account asked for from one network"),
  sendsToRecipientHourly: uses(10, HOUR, "messages to one address, all applications"),
  sendsToRecipientDaily: uses(30, DAY, "messages to one address, all applications"),
  invitationsHourly: uses(5, HOUR, "invitations sent by one user"),
  invitationsDaily: uses(20, DAY, "invitations sent by one user"),
  signUpsFromNetwork: uses(10, HOUR, "unconfirmed sign-ups from one network; a confirmed one is given back"),
  smsToNumberMinutely: uses(1, MINUTE, "text messages to one number; one answered with its right code is given back"),
  smsToNumberHourly: uses(5, HOUR, "text messages to one number; one answered with its right code is given back"),
  smsToNumberDaily: uses(10, DAY, "text messages to one number; one answered with its right code is given back"),
  smsOfAccountHourly: uses(5, HOUR, "text messages asked for by one account; one answered with its right code is given back"),
  numbersOfAccountDaily: uses(3, DAY, "different numbers one account wants to verify"),
  numberOfAccount: { ...uses(1, DAY, "marks a number as counted for an account"), refuses: false },
  smsToPrefixHourly: {
    ...uses(30, HOUR, "text messages of one application to one prefix (country and four digits); answered ones are given back"),
    alarmsAt: [100],
  },
  smsToPrefixDaily: {
    ...uses(60, DAY, "text messages of one application to one prefix (country and four digits); answered ones are given back"),
    alarmsAt: [100],
  },
  smsClaimsOfApplicationDaily: {
    ...uses(250, DAY, "text messages of one application to numbers nobody has verified yet; half of twilio.messagesPerDay"),
    alarmsAt: [50, 80, 100],
  },
  smsOfApplicationDaily: { ...uses(500, DAY, "text messages of one application; twilio.messagesPerDay"), alarmsAt: [50, 80, 100] },
  smsClaimsDaily: {
    ...uses(1000, DAY, "text messages of all applications to numbers nobody has verified yet; half of SMS_PER_DAY"),
    alarmsAt: [50, 80, 100],
  },
  smsDaily: { ...uses(2000, DAY, "text messages of all applications; SMS_PER_DAY"), alarmsAt: [50, 80, 100] },
  guessingNotices: { ...uses(1, DAY, "notices to an account's owner that somebody guesses the password"), refuses: false },
} as const satisfies Record<string, Budget>;

export type BudgetName = keyof typeof budgets;
