import { hash, randomBytes, randomInt, randomUUID, timingSafeEqual } from "node:crypto";

/** `length` random decimal digits, uniformly distributed, leading zeros included. */
export function randomDigits(length: number): string {
  let digits = "";
  for (let index = 0; index < length; index++) digits += String(randomInt(10));
  return digits;
}

/** 256 bits from the CSPRNG, as 43 base64url characters. */
export const randomToken = () => randomBytes(32).toString("base64url");
export const randomId = () => randomUUID();
export { randomBytes };

/** SHA-256 of a token of at least 128 random bits, as base64url. Short codes need a keyed hash instead. */
export const hashToken = (token: string) => hash("sha256", token, "base64url");

/** Compares in time that depends only on the lengths. */
export function equalsInConstantTime(a: string | Uint8Array, b: string | Uint8Array): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
