import { equalsInConstantTime, type Keyring, randomBytes } from "../../platform/crypto/index.js";

export type TokenKind = "session" | "refresh";
const prefixes: Record<TokenKind, string> = { session: "lk_ses_", refresh: "lk_ref_" };

const ID_BYTES = 16;
const SECRET_BYTES = 32;
const TAG_BYTES = 16;
const BODY_PATTERN = /^[A-Za-z0-9_-]{86}$/;

/** What a genuine token names. It says that the gateway made the token, not that it is still live. */
export interface DecodedToken {
  readonly sessionId: string;
  readonly secret: Buffer;
}

/**
 * Opaque tokens: the session's id, 256 secret bits and a MAC over both, the kind and the application. The MAC tells a token that was
 * once issued from an invented one without asking the database; whether it is live only the stored hash says.
 */
export class TokenCodec {
  constructor(private readonly keyring: Keyring) {}

  encode(kind: TokenKind, applicationId: string, sessionId: string, secret: Uint8Array = randomBytes(SECRET_BYTES)): string {
    const id = Buffer.from(sessionId.replaceAll("-", ""), "hex");
    return prefixes[kind] + Buffer.concat([id, secret, this.tag(kind, applicationId, id, secret)]).toString("base64url");
  }

  /** Null for anything this gateway did not make for this application and kind. */
  decode(kind: TokenKind, applicationId: string, token: string): DecodedToken | null {
    const body = token.slice(prefixes[kind].length);
    if (!token.startsWith(prefixes[kind]) || !BODY_PATTERN.test(body)) return null;
    const bytes = Buffer.from(body, "base64url");
    const id = bytes.subarray(0, ID_BYTES);
    const secret = bytes.subarray(ID_BYTES, ID_BYTES + SECRET_BYTES);
    // Other spellings of the same bytes (unused bits of the last character) are refused.
    if (bytes.toString("base64url") !== body) return null;
    const isGenuine = equalsInConstantTime(this.tag(kind, applicationId, id, secret), bytes.subarray(ID_BYTES + SECRET_BYTES));
    return isGenuine ? { sessionId: formatId(id), secret } : null;
  }

  /** The secret of the successor of a refresh token: the same for the same token and nonce. */
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
