/** Ways a message can leave. */
export type Channel = "MAIL" | "SMS";

/** The receiving side refuses this message for good: another attempt would be refused too. */
export class DeliveryRefused extends Error {
  override name = "DeliveryRefused";
}
