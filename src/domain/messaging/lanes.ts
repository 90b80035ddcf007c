/**
 * Messages wait in lanes, each with slots of its own, so that a slow server holds up nobody but those who chose it: one lane for mails by
 * the gateway's server, one for text messages, and one for every application with a mail server of its own, named by its id.
 */
export const MAIL_LANE = "";
export const SMS_LANE = "SMS";

const shared: readonly string[] = [MAIL_LANE, SMS_LANE];
const SHARED_SLOTS = 4;
const OWN_SLOTS = 2;
/** In all lanes of applications together. */
const ALL_OWN_SLOTS = 64;

/** Which lanes to look into: all but some, or some alone. */
export type LaneChoice = { readonly except: readonly string[] } | { readonly only: readonly string[] };

/** What is being sent, by lane. */
export class Lanes {
  private readonly taken = new Map<string, number>();
  private takenByOwn = 0;

  take(lane: string): void {
    this.taken.set(lane, this.countIn(lane) + 1);
    if (!shared.includes(lane)) this.takenByOwn++;
  }

  give(lane: string): void {
    const left = this.countIn(lane) - 1;
    if (left > 0) this.taken.set(lane, left);
    else this.taken.delete(lane);
    if (!shared.includes(lane)) this.takenByOwn--;
  }

  hasSlot(lane: string): boolean {
    if (shared.includes(lane)) return this.countIn(lane) < SHARED_SLOTS;
    return this.countIn(lane) < OWN_SLOTS && this.takenByOwn < ALL_OWN_SLOTS;
  }

  /** Lanes with a slot; null when there is none. */
  choose(): LaneChoice | null {
    const open = shared.filter((lane) => this.hasSlot(lane));
    if (this.takenByOwn < ALL_OWN_SLOTS) return { except: [...this.taken.keys()].filter((lane) => !this.hasSlot(lane)) };
    return open.length > 0 ? { only: open } : null;
  }

  private countIn(lane: string): number {
    return this.taken.get(lane) ?? 0;
  }
}
