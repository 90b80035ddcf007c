/** Delivery channels. */
export type Channel = "MAIL" | "SMS";

/** The server or provider rejected the message permanently: a retry would fail too. */
export class PermanentDeliveryError extends Error {
  override name = "PermanentDeliveryError";
}
