import { LRUCache } from "lru-cache";
import type { MailAccounts } from "../applications/index.js";
import type { Mailer } from "./mailer.js";

/** A custom mail server of an application with its sender address. */
export interface ApplicationMailer {
  readonly mailer: Mailer;
  readonly from: string;
}
interface MailerConnection {
  readonly version: number;
  readonly mailer: Promise<Mailer | null>;
}

/** Maximum number of connected mail servers; the least recently used are disconnected first. */
const MAX_CONNECTED_MAILERS = 200;

/** Custom mail servers of applications. Connections are cached and replaced when the application's settings change. */
export class ApplicationMailers {
  private readonly connections = new LRUCache<string, MailerConnection>({
    max: MAX_CONNECTED_MAILERS,
    // Closing a mailer lets deliveries in progress finish.
    dispose: ({ mailer }) => void mailer.then((connectedMailer) => connectedMailer?.close()).catch(() => {}),
  });

  constructor(
    private readonly accounts: MailAccounts,
    private readonly connect: (url: string) => Mailer,
  ) {}

  /** Null when the application has no custom mail server. */
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
