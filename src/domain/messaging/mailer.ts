import type { Channel } from "./delivery.js";

/** A mail ready to leave. */
export interface Mail {
  /** Stable over retries, so that a receiver can tell a repetition. */
  readonly messageId: string;
  readonly applicationId: string;
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  /** Empty: the sender. */
  readonly replyTo: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A message that stayed in the gateway instead of leaving, for people who try it out. */
export interface InboxMessage {
  readonly id: string;
  readonly channel: Channel;
  readonly sender: string;
  readonly recipient: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly receivedAt: Date;
}

/** Where kept messages can be read. */
export interface Inbox {
  /** The newest hundred, newest first; only those to one address or number when `to` is given. */
  list(to?: string): Promise<readonly InboxMessage[]>;
}

/** Hands mails over to whatever delivers them. */
export interface Mailer {
  /** Resolves once the mail is somebody else's responsibility. @throws DeliveryRefused for good; any other error: try again later */
  send(mail: Mail): Promise<void>;
  close(): Promise<void>;
}
