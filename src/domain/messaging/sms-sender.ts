/** A text message ready to leave. */
export interface Sms {
  /** Of the outbox: stable over retries. */
  readonly id: string;
  readonly applicationId: string;
  /** What the application calls itself, for senders that show it. */
  readonly senderName: string;
  /** E.164. */
  readonly to: string;
  readonly text: string;
  /** It must not arrive later. */
  readonly expiresAt: Date;
  /** True when an earlier attempt ended without a clear answer: it may have been taken then. */
  readonly isRetry: boolean;
}

/** Hands text messages over to whatever delivers them. */
export interface SmsSender {
  /** Resolves once the message is somebody else's responsibility. @throws DeliveryRefused for good; any other error: try again later */
  send(sms: Sms): Promise<void>;
}
