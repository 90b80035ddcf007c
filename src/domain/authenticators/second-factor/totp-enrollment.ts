import { TOTP_DIGITS, TOTP_PERIOD_SECONDS, toBase32 } from "../../../platform/crypto/index.js";
import type { Application } from "../../applications/index.js";

/** What a user needs to set up an authenticator app. */
export interface TotpProvisioning {
  /** Base 32, for manual entry. */
  readonly secret: string;
  readonly otpauthUrl: string;
  /** A PNG as data URL. */
  readonly qrCode: string;
}

/** A QR code holds about 2,300 bytes, and one character can take nine in a URL. */
const MAX_HEADING_LENGTH = 64;

/** @see https://github.com/google/google-authenticator/wiki/Key-Uri-Format */
export async function createTotpProvisioning(
  { settings }: Application,
  account: string,
  secretBytes: Uint8Array,
): Promise<TotpProvisioning> {
  const { secondFactor, general } = settings;
  // A colon separates issuer and account in the label.
  const heading = [...(secondFactor.totpHeading || general.name).replaceAll(":", " ")].slice(0, MAX_HEADING_LENGTH).join("");
  const secret = toBase32(secretBytes);
  const [issuer, label] = [heading, account].map(encodeURIComponent);
  const parameters = `secret=${secret}&issuer=${issuer}&algorithm=SHA1&digits=${TOTP_DIGITS}&period=${TOTP_PERIOD_SECONDS}`;
  const otpauthUrl = `otpauth://totp/${issuer}:${label}?${parameters}`;
  // Loaded on first use, so that it does not delay the start.
  const { toDataURL } = await import("qrcode");
  return { secret, otpauthUrl, qrCode: await toDataURL(otpauthUrl, { errorCorrectionLevel: "M" }) };
}
