import { LRUCache } from "lru-cache";
import type { MailAccounts } from "../applications/index.js";
import type { Mailer } from "./mailer.js";

/** An application's own server, ready to take mails in the application's name. */
export interface ApplicationMailer {
  readonly mailer: Mailer;
  readonly from: string;
}
interface MailerConnection {
  readonly version: number;
  readonly mailer: Promise<Mailer | null>;
}

/** So many applications' servers are kept connected; those used longest ago go first. */
const MAX_CONNECTED_MAILERS = 200;

/** The applications' own mail servers: connections are kept, and replaced when the application's settings change. */
export class ApplicationMailers {
  private readonly connections = new LRUCache<string, MailerConnection>({
    max: MAX_CONNECTED_MAILERS,
    // Mails on their way are finished.
    dispose: ({ mailer }) => void mailer.then((connectedMailer) => connectedMailer?.close()).catch(() => {}),
  });

  constructor(
    private readonly accounts: MailAccounts,
    private readonly connect: (url: string) => Mailer,
  ) {}

  /** Null when the application has no server of its own (any more). */
  async find(applicationId: string): Promise<ApplicationMailer | null> {
    const account = await this.accounts.find(applicationId);
    if (!account) {
      this.connections.delete(applicationId);
      return null;
    }
    let connection = this.connections.get(applicationId);
    if (connection?.version !== account.version) {
      connection = {
        version: account.version,
        mailer: account
          .decryptUrl()
          .then((url) => url && this.connect(url))
          .then((mailer) => mailer || null),
      };
      this.connections.set(applicationId, connection);
    }
    try {
      const mailer = await connection.mailer;
      return mailer && { mailer, from: account.from };
    } catch (error) {
      this.connections.delete(applicationId);
      throw error;
    }
  }

  async close(): Promise<void> {
    const open = [...this.connections.values()];
    this.connections.clear();
    await Promise.all(open.map(({ mailer }) => mailer.then((connectedMailer) => connectedMailer?.close()).catch(() => {})));
  }
}
