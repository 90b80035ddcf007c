import type { InboxMessageEntity } from "./inbox-message.entity.js";

/** A rendered email. */
export interface Mail {
  /** Message-ID header: the same for all delivery attempts, so that receivers can detect duplicates. */
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

/** Read access to the development inbox. */
export interface Inbox {
  /** The newest hundred, newest first; only those to one address or number when `to` is given. */
  list(to?: string): Promise<readonly InboxMessageEntity[]>;
}

/** Sends emails. */
export interface Mailer {
  /** Resolves once the server has accepted the email. @throws PermanentDeliveryError when a retry is pointless; retry other errors */
  send(mail: Mail): Promise<void>;
  close(): Promise<void>;
}
