import type { ApplicationRepository } from "./application.repository.js";
import { toApplication } from "./application.repository.js";
import type { ApplicationSecrets } from "./application-secrets.js";
import { canSendSms } from "./settings/index.js";

/** Credentials and sender for text messages. */
export interface TwilioAccount {
  readonly accountSid: string;
  readonly authToken: string;
  readonly sender: { readonly from: string } | { readonly messagingServiceSid: string };
}

/** The applications' own Twilio accounts. */
export class TwilioAccounts {
  constructor(
    private readonly applications: ApplicationRepository,
    private readonly secrets: ApplicationSecrets,
  ) {}

  /** Null when the account is missing or incomplete. @throws DecryptionError when the master key of its token is missing */
  async find(applicationId: string): Promise<TwilioAccount | null> {
    const row = await this.applications.findById(applicationId);
    if (!row) return null;
    const { twilio } = toApplication(row).settings;
    const authToken = canSendSms(twilio) ? await this.secrets.decrypt(applicationId, "twilio.authToken") : null;
    if (authToken === null) return null;
    const { accountSid, phoneNumber, messagingServiceSid } = twilio;
    return { accountSid, authToken, sender: messagingServiceSid ? { messagingServiceSid } : { from: phoneNumber } };
  }
}
