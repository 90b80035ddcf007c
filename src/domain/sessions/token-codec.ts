import { equalsInConstantTime, type Keyring, randomBytes } from "../../platform/crypto/index.js";

export type TokenKind = "session" | "refresh";
const prefixes: Record<TokenKind, string> = { session: "lk_ses_", refresh: "lk_ref_" };

const ID_BYTES = 16;
const SECRET_BYTES = 32;
const TAG_BYTES = 16;
const BODY_PATTERN = /^[A-Za-z0-9_-]{86}$/;

/** Content of a token with a valid MAC: the gateway issued it, but it may no longer be live. */
export interface DecodedToken {
  readonly sessionId: string;
  readonly secret: Buffer;
}

/**
 * Opaque tokens: the session's id, 256 secret bits and a MAC over both, the kind and the application. The MAC distinguishes issued from
 * forged tokens without a database query; whether a token is live is decided by the stored hash.
 */
export class TokenCodec {
  constructor(private readonly keyring: Keyring) {}

  encode(kind: TokenKind, applicationId: string, sessionId: string, secret: Uint8Array = randomBytes(SECRET_BYTES)): string {
    const id = Buffer.from(sessionId.replaceAll("-", ""), "hex");
    return prefixes[kind] + Buffer.concat([id, secret, this.tag(kind, applicationId, id, secret)]).toString("base64url");
  }

  /** Null for a token that this gateway did not issue for this application and kind. */
  decode(kind: TokenKind, applicationId: string, token: string): DecodedToken | null {
    const body = token.slice(prefixes[kind].length);
    if (!token.startsWith(prefixes[kind]) || !BODY_PATTERN.test(body)) return null;
    const bytes = Buffer.from(body, "base64url");
    const id = bytes.subarray(0, ID_BYTES);
    const secret = bytes.subarray(ID_BYTES, ID_BYTES + SECRET_BYTES);
    // Non-canonical encodings of the same bytes (unused bits of the last character) are rejected (RFC 4648 section 3.5).
    if (bytes.toString("base64url") !== body) return null;
    const isGenuine = equalsInConstantTime(this.tag(kind, applicationId, id, secret), bytes.subarray(ID_BYTES + SECRET_BYTES));
    return isGenuine ? { sessionId: formatId(id), secret } : null;
  }

  /** Derives the secret of a successor token deterministically from the refresh token's secret and a nonce. */
  deriveSuccessorSecret(kind: TokenKind, secret: Uint8Array, nonce: string): Buffer {
    return this.keyring.mac("token", "successor", kind, secret, nonce);
  }

  private tag(kind: TokenKind, applicationId: string, id: Uint8Array, secret: Uint8Array): Buffer {
    return this.keyring.mac("token", "tag", kind, applicationId, id, secret).subarray(0, TAG_BYTES);
  }
}

function formatId(bytes: Buffer): string {
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
