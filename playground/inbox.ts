interface Mail {
  readonly id: string;
  readonly code: string | null;
}

const MAX_ATTEMPTS = 12;
const POLL_INTERVAL_MS = 400;
const usedMailIds = new Set<string>();

/** The code of the newest mail to this address that was not taken before; waits a little for one on its way. */
export async function newestCode(email: string): Promise<string | undefined> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const response = await fetch(`development/inbox.json?to=${encodeURIComponent(email)}`);
    const mails: Mail[] = response.ok ? await response.json() : [];
    const mail = mails.find(({ code }) => code !== null);
    if (mail?.code && !usedMailIds.has(mail.id)) {
      usedMailIds.add(mail.id);
      return mail.code;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
  return undefined;
}
