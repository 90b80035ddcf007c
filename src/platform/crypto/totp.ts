import speakeasy from "speakeasy";
import { equalsInConstantTime, randomBytes } from "./random.js";

/** 160 bits (RFC 4226 section 4, R6). */
const TOTP_SECRET_BYTES = 20;
export const TOTP_DIGITS = 6;
export const TOTP_PERIOD_SECONDS = 30;
/** Time steps before and after the current one whose codes are accepted (RFC 6238 section 5.2). */
const STEP_WINDOW = [-1, 0, 1] as const;

export const generateTotpSecret = (): Uint8Array => new Uint8Array(randomBytes(TOTP_SECRET_BYTES));

/**
 * The code of a time step (RFC 6238 with HMAC-SHA-1, which every authenticator app supports). @throws Error when the secret is too short
 */
export function totpCode(secret: Uint8Array, step: number): string {
  if (secret.length < TOTP_SECRET_BYTES) throw new Error("A TOTP secret must have 160 bits");
  // The library parses hexadecimal with deprecated Buffer functions; a Buffer is used unchanged.
  return speakeasy.hotp({ secret: Buffer.from(secret) as unknown as string, counter: step, digits: TOTP_DIGITS });
}

/**
 * The newest time step within the window that this code matches; null when there is none. Malformed codes are rejected without computing.
 * The caller must ensure that a step is accepted only once. @see RFC 6238 sections 5.2 and 6
 */
export function verifyTotp(secret: Uint8Array, code: string, now: Date): number | null {
  if (!/^[0-9]{6}$/.test(code) || code.length !== TOTP_DIGITS) return null;
  const currentStep = Math.floor(now.getTime() / 1000 / TOTP_PERIOD_SECONDS);
  const steps = STEP_WINDOW.map((drift) => currentStep + drift).map((step) => ({
    step,
    isMatch: equalsInConstantTime(totpCode(secret, step), code),
  }));
  return steps.findLast(({ isMatch }) => isMatch)?.step ?? null;
}
