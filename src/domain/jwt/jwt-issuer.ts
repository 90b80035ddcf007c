import { addSeconds, type Clock, toNumericDate } from "../../platform/clock.js";
import { randomId, signJwt } from "../../platform/crypto/index.js";
import { type Application, issuerOf } from "../applications/index.js";
import { type Metadata, tokenMetadata, type User } from "../users/index.js";
import type { SigningKeys } from "./signing-keys.js";

export interface IssuedJwt {
  readonly jwt: string;
  readonly expiresAt: Date;
}
/** Ways to prove who is there (RFC 8176): password, code of an authenticator or mail, code by SMS, more than one factor. */
export type Amr = "pwd" | "otp" | "sms" | "mfa";
/** When and how somebody proved who they are. A refresh changes neither. */
export interface Authentication {
  readonly authenticatedAt: Date;
  readonly amr: readonly Amr[];
}
type JwtUser = Pick<User, "subject" | "email" | "metadata">;

/** Servers refuse headers of more than 8 KiB in all; metadata must not push a token near it. */
export const MAX_JWT_BYTES = 6144;
/** Header and RS256 signature in base64url, with the dots. */
const JWT_OVERHEAD_BYTES = 500;

/** Makes the JWTs that leave the gateway: RS256, Realm's Custom JWT rules, RFC 7519 claims. */
export class JwtIssuer {
  constructor(
    private readonly keys: SigningKeys,
    private readonly publicUrl: string,
    private readonly clock: Clock,
  ) {}

  async issue(application: Application, user: JwtUser, authentication: Authentication): Promise<IssuedJwt> {
    const { lifetimeMinutes, sendKeyId } = application.settings.token;
    const now = this.clock.now();
    const expiresAt = addSeconds(new Date(toNumericDate(now) * 1000), lifetimeMinutes * 60);
    const signer = await this.keys.getSigner(application.id);
    const claims = this.claims(application, user, authentication, now, expiresAt);
    return { jwt: await signJwt(claims, signer.key, sendKeyId ? signer.kid : undefined), expiresAt };
  }

  /** True when a token with this metadata stays within 6 KiB. */
  fitsSizeLimit(application: Application, email: User["email"], metadata: Metadata): boolean {
    const now = this.clock.now();
    const user = { subject: randomId(), email, metadata };
    const claims = this.claims(application, user, { authenticatedAt: now, amr: ["pwd", "otp", "sms", "mfa"] }, now, now);
    return JWT_OVERHEAD_BYTES + (Buffer.byteLength(JSON.stringify(claims)) * 4) / 3 <= MAX_JWT_BYTES;
  }

  /** Metadata first: whatever it holds, the registered claims written after it win (RFC 7519 section 4.1). */
  private claims(
    application: Application,
    { subject, email, metadata }: JwtUser,
    { authenticatedAt, amr }: Authentication,
    issuedAt: Date,
    expiresAt: Date,
  ) {
    const { settings } = application;
    return {
      ...tokenMetadata(settings.metadata.fields, metadata),
      ...(settings.token.includeEmail && email ? { email } : {}),
      iss: issuerOf(this.publicUrl, application.id),
      aud: audienceOf(application),
      sub: subject,
      iat: toNumericDate(issuedAt),
      exp: toNumericDate(expiresAt),
      jti: randomId(),
      auth_time: toNumericDate(authenticatedAt),
      amr,
    };
  }
}

/** token.audience, else general.realmAppId, else the application's id; one is written as a plain string. */
function audienceOf({ id, settings }: Application): string | string[] {
  const { audience } = settings.token;
  if (audience.length > 1) return audience;
  return audience[0] ?? (settings.general.realmAppId || id);
}
