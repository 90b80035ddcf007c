import { type Clock, toNumericDate } from "../../platform/clock.js";
import { randomId, signJwt } from "../../platform/crypto/index.js";
import { type Application, issuerOf } from "../applications/index.js";
import { type Metadata, tokenMetadata, type User } from "../users/index.js";
import type { SigningKeys } from "./signing-keys.js";

export interface IssuedJwt {
  readonly jwt: string;
  readonly expiresAt: Date;
}
/** Authentication methods (RFC 8176): password, one-time code of an authenticator app or email, SMS code, multiple factors. */
export type Amr = "pwd" | "otp" | "sms" | "mfa";
/** Time and methods of an authentication. A refresh changes neither. */
export interface Authentication {
  readonly authenticatedAt: Date;
  readonly amr: readonly Amr[];
}
type JwtUser = Pick<User, "subject" | "email" | "metadata">;

/** Servers commonly reject requests with more than 8 KiB of headers; metadata must not bring a token near that size. */
export const MAX_JWT_BYTES = 6144;
/** Upper bound for the JWS header, the RS256 signature and the separators. */
const JWT_OVERHEAD_BYTES = 500;

/** Issues JWTs: RS256, claims of RFC 7519, compatible with Realm's Custom JWT authentication. */
export class JwtIssuer {
  constructor(
    private readonly keys: SigningKeys,
    private readonly publicUrl: string,
    private readonly clock: Clock,
  ) {}

  /** `sessionExpiresAt`: the JWT does not outlive the session. */
  async issue(application: Application, user: JwtUser, authentication: Authentication, sessionExpiresAt: Date): Promise<IssuedJwt> {
    const { lifetimeMinutes, sendKeyId } = application.settings.token;
    const now = this.clock.now();
    const expirySeconds = Math.min(toNumericDate(now) + lifetimeMinutes * 60, toNumericDate(sessionExpiresAt));
    const expiresAt = new Date(expirySeconds * 1000);
    const signer = await this.keys.getSigner(application.id);
    const claims = this.claims(application, user, authentication, now, expiresAt);
    return { jwt: await signJwt(claims, signer.key, sendKeyId ? signer.kid : undefined), expiresAt };
  }

  /** True when a token with this metadata does not exceed 6 KiB. */
  fitsSizeLimit(application: Application, email: User["email"], metadata: Metadata): boolean {
    const now = this.clock.now();
    const user = { subject: randomId(), email, metadata };
    const claims = this.claims(application, user, { authenticatedAt: now, amr: ["pwd", "otp", "sms", "mfa"] }, now, now);
    return JWT_OVERHEAD_BYTES + (Buffer.byteLength(JSON.stringify(claims)) * 4) / 3 <= MAX_JWT_BYTES;
  }

  /** Metadata comes first, so that it cannot override registered claims (RFC 7519 section 4.1). */
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

/** token.audience, else general.realmAppId, else the application's id; a single audience is a string (RFC 7519 section 4.1.3). */
function audienceOf({ id, settings }: Application): string | string[] {
  const { audience } = settings.token;
  if (audience.length > 1) return audience;
  return audience[0] ?? (settings.general.realmAppId || id);
}
