/** Delivery channels. */
export type Channel = "MAIL" | "SMS";

/** Codes of failures that concern one message; nodemailer reports replies to the envelope and to the message by these. */
export const MESSAGE_FAILURE_CODES: readonly string[] = ["EENVELOPE", "EMESSAGE"];

/** The server or provider rejected the message permanently: a retry would fail too. */
export class PermanentDeliveryError extends Error {
  override name = "PermanentDeliveryError";
}
