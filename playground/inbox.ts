interface Mail {
  readonly id: string;
  readonly code: string | null;
}

const ATTEMPTS = 12;
const PAUSE_MS = 400;
const taken = new Set<string>();

/** The code of the newest mail to this address that was not taken before; waits a little for one on its way. */
export async function newestCode(email: string): Promise<string | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const response = await fetch(`development/inbox.json?to=${encodeURIComponent(email)}`);
    const mails: Mail[] = response.ok ? await response.json() : [];
    const mail = mails.find(({ code }) => code !== null);
    if (mail?.code && !taken.has(mail.id)) {
      taken.add(mail.id);
      return mail.code;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return undefined;
}
