import { domainToASCII, domainToUnicode } from "node:url";

/** An email address in canonical form, the only form in which addresses are stored, looked up and compared. */
export type Email = string & { readonly brand: "Email" };

const ATOM = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+";
const LOCAL_PART = new RegExp(`^${ATOM}(\\.${ATOM})*$`);
const A_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** Letters, marks and digits of a label, as in IDNA 2008 (RFC 5892), without invisible characters. */
const U_LABEL = /^[\p{L}\p{M}\p{N}-]+$/u;
const MAX_EMAIL_LENGTH = 254;
const MAX_LOCAL_PART_LENGTH = 64;

/**
 * The canonical form of an email address, or null if the gateway does not send to it. Surrounding white space is removed, letters are
 * converted to lower case, and the domain to A-labels (IDNA 2008). Local part: ASCII atoms and dots, at most 64 characters; no quoted
 * local parts, comments, address literals or single-label domains. See RFC 5321 section 4.1.2 (Dot-string), RFC 5891.
 */
export function canonicalEmail(typed: string): Email | null {
  if (typed.length > 2 * MAX_EMAIL_LENGTH) return null;
  const trimmed = typed.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "").normalize("NFC");
  const at = trimmed.lastIndexOf("@");
  const local = trimmed.slice(0, Math.max(at, 0)).toLowerCase();
  if (local.length > MAX_LOCAL_PART_LENGTH || !LOCAL_PART.test(local)) return null;
  const domain = canonicalDomain(trimmed.slice(at + 1));
  if (!domain) return null;
  const email = `${local}@${domain}`;
  return email.length <= MAX_EMAIL_LENGTH ? (email as Email) : null;
}

function canonicalDomain(typed: string): string | null {
  // domainToASCII drops invisible characters, so they are rejected before.
  if (/[^\p{L}\p{M}\p{N}.-]/u.test(typed)) return null;
  const domain = domainToASCII(typed).toLowerCase();
  const labels = domain.split(".");
  if (labels.length < 2 || !labels.every((label) => A_LABEL.test(label)) || /^\d+$/.test(labels.at(-1) ?? "")) return null;
  const isReadable = labels.every((label) => !label.startsWith("xn--") || isReadableLabel(label));
  return isReadable ? domain : null;
}

/** False for labels that cannot be decoded, or that mix Latin letters with look-alikes of other scripts. */
function isReadableLabel(label: string): boolean {
  const decoded = domainToUnicode(label);
  if (decoded === "" || decoded.startsWith("xn--") || !U_LABEL.test(decoded) || domainToASCII(decoded) !== label) return false;
  return !(
    /\p{Script=Latin}/u.test(decoded) && /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u.test(decoded)
  );
}

/** For logs and pages: users recognise their own address, but an unknown one cannot be read from it. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf("@");
  return `${email.slice(0, 1)}***${email.slice(at)}`;
}
