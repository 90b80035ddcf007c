/** A rendered text message. */
export interface Sms {
  /** Id of the outbox message: the same for all delivery attempts. */
  readonly id: string;
  readonly applicationId: string;
  /** Name of the application, for implementations that show a sender. */
  readonly senderName: string;
  /** E.164. */
  readonly to: string;
  readonly text: string;
  /** The message must not be delivered after this instant. */
  readonly expiresAt: Date;
  /** True after a failed attempt: the provider may nevertheless have accepted the message. */
  readonly isRetry: boolean;
}

/** Sends text messages through a provider. */
export interface SmsSender {
  /** Resolves once the provider has accepted the message. @throws PermanentDeliveryError when a retry is pointless; retry other errors */
  send(sms: Sms): Promise<void>;
}
