const kinds = {
  appKey: { header: "X-App-Key", name: "the application's public key", prefix: "lk_app_" },
  session: { header: "Authorization", name: "a session token as bearer token", prefix: "lk_ses_" },
  secretKey: { header: "Authorization", name: "the application's secret key as bearer token", prefix: "lk_sec_" },
} as const;
const otherKinds: readonly (readonly [prefix: string, name: string])[] = [
  ["lk_app_", "the public key of an application"],
  ["lk_sec_", "the secret key of an application"],
  ["lk_ses_", "a session token"],
  ["lk_ref_", "a refresh token"],
  ["lk_chl_", "a challenge or enrollment token"],
  ["lk_dev_", "a device token"],
  ["eyJ", "a JWT"],
];

/**
 * What is wrong with the credential of a request, for developers: it is missing or of another kind. It is judged by its prefix only, so that
 * the sentence does not reveal which credentials exist.
 */
export function explainCredential(expected: keyof typeof kinds, given: string | null): string {
  const { header, name, prefix } = kinds[expected];
  if (given === null) return `The header ${header} is missing: it must carry ${name} (${prefix}...).`;
  if (given.startsWith(prefix)) return `The value of the header ${header} is unknown, expired or no longer valid.`;
  const found = otherKinds.find(([otherPrefix]) => given.startsWith(otherPrefix))?.[1] ?? "something else";
  return `The header ${header} carries ${found}: it must carry ${name} (${prefix}...).`;
}
