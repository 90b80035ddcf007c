import { type ApplicationRepository, toApplication } from "./application.repository.js";
import type { ApplicationSecrets } from "./application-secrets.js";

/** An application's own mail server. */
export interface MailAccount {
  /** Incremented by every change of the application's settings. */
  readonly version: number;
  readonly from: string;
  /** The URL contains a password and must not be logged. @throws DecryptionError when its master key is missing */
  decryptUrl(): Promise<string | null>;
}

/** The applications' own mail servers. */
export class MailAccounts {
  constructor(
    private readonly applications: ApplicationRepository,
    private readonly secrets: ApplicationSecrets,
  ) {}

  /** Null when the application has no custom mail server. */
  async find(applicationId: string): Promise<MailAccount | null> {
    const row = await this.applications.findById(applicationId);
    if (!row) return null;
    const { settings, settingsVersion: version } = toApplication(row);
    const { smtpUrl, from } = settings.mail;
    return smtpUrl ? { version, from, decryptUrl: () => this.secrets.decrypt(applicationId, "mail.smtpUrl") } : null;
  }
}
