/** What to do about credentials that cannot be read, for messages about invalid URLs. */
export const CREDENTIALS_REMEDY =
  "percent-encode special characters in user and password (such as # as %23, / as %2F, % as %25), and quote the value in .env";

/** Whether a URL can be parsed and its user and password are percent-encoded (RFC 3986 section 3.2.1). */
export function hasReadableCredentials(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { username, password, hostname } = new URL(value);
  try {
    decodeURIComponent(username);
    decodeURIComponent(password);
  } catch {
    return false;
  }
  return hostname !== "";
}
