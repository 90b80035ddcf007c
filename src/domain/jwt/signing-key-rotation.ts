import { addSeconds, type Clock } from "../../platform/clock.js";
import { type Application, issuerOf } from "../applications/index.js";
import type { SigningKeyFetches } from "./signing-key-fetches.repository.js";
import { PUBLISH_AFTER_USE_SECONDS, type SigningKeys } from "./signing-keys.js";

/** What a rotation of the signing key now would mean. */
export interface RotationPlan {
  readonly possibleFrom: Date;
  readonly previousPublishedUntil: Date;
  /** True when verifiers probably have a key installed manually, which they must replace. */
  readonly needsConfirmation: boolean;
  /** What happens and who has to do what, in sentences. */
  readonly consequences: readonly string[];
}

/** A rotation needs a confirmation when a PEM was fetched on at least this many of the last 30 days. */
const MIN_FETCH_DAYS = 3;

/** Foresees the effects of rotating and revoking signing keys. */
export class SigningKeyRotations {
  constructor(
    private readonly signingKeys: SigningKeys,
    private readonly fetches: SigningKeyFetches,
    private readonly publicUrl: string,
    private readonly clock: Clock,
  ) {}

  /** @throws RotationNotAllowedError when the application has no complete key set */
  async plan({ id, settings }: Application): Promise<RotationPlan> {
    const { currentKid, nextKid, possibleFrom } = await this.signingKeys.findRotation(id);
    const fetchDays = await this.fetches.countDays(id);
    const now = this.clock.now();
    const previousPublishedUntil = addSeconds(now > possibleFrom ? now : possibleFrom, PUBLISH_AFTER_USE_SECONDS);
    const isFetchedOften = fetchDays >= MIN_FETCH_DAYS;
    const needsConfirmation = !settings.token.sendKeyId || isFetchedOften;
    const pemUrl = `${issuerOf(this.publicUrl, id)}/public-key.pem?key=next`;
    const consequences = [
      `New tokens are signed with the key ${nextKid}. Verifiers that use the key set need no change.`,
      `The key ${currentKid} stays in the key set until ${previousPublishedUntil.toISOString()}, when all tokens signed with it have expired.`,
      ...(settings.token.sendKeyId
        ? []
        : ["Tokens name no key (token.sendKeyId=false), so their verifiers have the key installed manually and cannot find the new one."]),
      ...(isFetchedOften ? [`A public key was fetched as PEM on ${fetchDays} of the last 30 days: it may be installed manually.`] : []),
      ...(needsConfirmation
        ? [`Verifiers with a manually installed key reject all new tokens until they have the next key: install ${pemUrl} there first.`]
        : []),
    ];
    return { possibleFrom, previousPublishedUntil, needsConfirmation, consequences };
  }
}
