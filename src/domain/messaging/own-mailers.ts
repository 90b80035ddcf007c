import { LRUCache } from "lru-cache";
import type { MailAccounts } from "../applications/index.js";
import type { Mailer } from "./mailer.js";

/** An application's own server, ready to take mails in the application's name. */
export interface OwnMailer {
  readonly mailer: Mailer;
  readonly from: string;
}
interface Connected {
  readonly version: number;
  readonly mailer: Promise<Mailer | null>;
}

/** So many applications' servers are kept connected; those used longest ago go first. */
const MOST = 200;

/** The applications' own mail servers: connections are kept, and replaced when the application's settings change. */
export class OwnMailers {
  private readonly connected = new LRUCache<string, Connected>({
    max: MOST,
    // Mails on their way are finished.
    dispose: ({ mailer }) => void mailer.then((one) => one?.close()).catch(() => {}),
  });

  constructor(
    private readonly accounts: MailAccounts,
    private readonly connect: (url: string) => Mailer,
  ) {}

  /** Null when the application has no server of its own (any more). */
  async find(applicationId: string): Promise<OwnMailer | null> {
    const account = await this.accounts.find(applicationId);
    if (!account) {
      this.connected.delete(applicationId);
      return null;
    }
    let kept = this.connected.get(applicationId);
    if (kept?.version !== account.version) {
      kept = {
        version: account.version,
        mailer: account
          .openUrl()
          .then((url) => url && this.connect(url))
          .then((mailer) => mailer || null),
      };
      this.connected.set(applicationId, kept);
    }
    try {
      const mailer = await kept.mailer;
      return mailer && { mailer, from: account.from };
    } catch (error) {
      this.connected.delete(applicationId);
      throw error;
    }
  }

  async close(): Promise<void> {
    const open = [...this.connected.values()];
    this.connected.clear();
    await Promise.all(open.map(({ mailer }) => mailer.then((one) => one?.close()).catch(() => {})));
  }
}
