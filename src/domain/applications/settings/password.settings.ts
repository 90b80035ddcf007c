import { z } from "zod";

const atLeast = (what: string) => z.int().min(0).max(8).default(0).describe(`${what}, at least`);

export const passwordSettings = z.strictObject({
  minimumLength: z.int().min(8).max(64).default(10).describe("characters; 15 is advised where the password is the only factor"),
  resetCodeMinutes: z.int().min(5).max(60).default(10).describe("life of a mailed reset code"),
  resetCodeDigits: z.int().min(6).max(10).default(6).describe("digits of such a code; 8 is advised where people can be asked to type them"),
  resetLinkMinutes: z.int().min(5).max(60).default(30).describe("life of a mailed reset link"),
  minimumUpper: atLeast("capital letters"),
  minimumLower: atLeast("small letters"),
  minimumDigit: atLeast("digits"),
  minimumSpecial: atLeast("characters that are neither letters nor digits"),
  blockList: z.boolean().default(true).describe("refuse the most common passwords"),
});
