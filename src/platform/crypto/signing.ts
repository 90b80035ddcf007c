import {
  CompactSign,
  calculateJwkThumbprint,
  exportJWK,
  exportPKCS8,
  exportSPKI,
  generateKeyPair,
  importPKCS8,
  type JWTPayload,
} from "jose";

/** The public half of a signing key, as published (RFC 7517). */
export interface PublicJwk {
  readonly kty: string;
  readonly n: string;
  readonly e: string;
  readonly kid: string;
  readonly use: "sig";
  readonly alg: "RS256";
}
export interface NewSigningKey {
  /** RFC 7638 SHA-256 thumbprint, base64url. */
  readonly kid: string;
  readonly privatePem: string;
  readonly publicPem: string;
  readonly publicJwk: PublicJwk;
}
/** An imported private key: importing takes as long as several signatures. */
export type PrivateKey = Awaited<ReturnType<typeof importPKCS8>>;

/** Generates an RSA-2048 key pair: larger keys do not fit a Realm secret, smaller ones are rejected by verifiers. */
export async function generateSigningKey(): Promise<NewSigningKey> {
  const { publicKey, privateKey } = await generateKeyPair("RS256", { modulusLength: 2048, extractable: true });
  const { kty, n, e } = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint({ kty, n, e } as { kty: string; n: string; e: string });
  const publicJwk = { kty: kty as string, n: n as string, e: e as string, kid, use: "sig", alg: "RS256" } as const;
  return { kid, publicJwk, privatePem: await exportPKCS8(privateKey), publicPem: await exportSPKI(publicKey) };
}

/** Imports a stored PKCS #8 PEM key. */
export const importPrivateKey = (privatePem: string): Promise<PrivateKey> => importPKCS8(privatePem, "RS256");

/** Signs claims unchanged, with RS256 and `typ: JWT`. `kid` is omitted for verifiers that reject it. */
export async function signJwt(claims: JWTPayload, key: PrivateKey, kid: string | undefined): Promise<string> {
  const payload = new TextEncoder().encode(JSON.stringify(claims));
  return await new CompactSign(payload).setProtectedHeader({ alg: "RS256", typ: "JWT", ...(kid ? { kid } : {}) }).sign(key);
}
