const LINK_TOKEN = /^[A-Za-z0-9_-]{43}$/;
const SEPARATORS = /[\p{White_Space}\p{Dash}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * A code as it was sent, without what people and clipboards put between its characters: compatibility forms such as full-width digits are
 * replaced (NFKC), white space, dashes and invisible characters are removed.
 */
export const withoutSeparators = (typed: string): string => typed.normalize("NFKC").replace(SEPARATORS, "");

/** The digits of a one-time code, or null for text that cannot be one. Check it first: such text does not count as an attempt. */
export function canonicalCode(typed: string): string | null {
  // A link token may contain dashes that belong to it, and is not a code.
  if (LINK_TOKEN.test(typed)) return null;
  const code = withoutSeparators(typed);
  return /^[0-9]{6,10}$/.test(code) ? code : null;
}
