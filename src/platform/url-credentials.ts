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
