/** Ways a message can leave. */
export type Channel = "MAIL" | "SMS";

/** The receiving side refuses this message for good: another attempt would be refused too. */
export class PermanentDeliveryError extends Error {
  override name = "PermanentDeliveryError";
}
