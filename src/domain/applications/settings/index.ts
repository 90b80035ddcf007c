import { z } from "zod";
import { generalSettings } from "./general.settings.js";
import { invitationSettings } from "./invitation.settings.js";
import { findAddedOriginProblem, linksSettings } from "./links.settings.js";
import { localesSettings } from "./locales.settings.js";
import { mailSettings, smtpUrl } from "./mail.settings.js";
import { findMetadataFieldProblem, metadataSettings } from "./metadata.settings.js";
import { passwordSettings } from "./password.settings.js";
import { secondFactorSettings } from "./second-factor.settings.js";
import { sessionSettings } from "./session.settings.js";
import { signUpSettings } from "./sign-up.settings.js";
import { tokenSettings } from "./token.settings.js";
import { canSendSms, twilioSettings } from "./twilio.settings.js";

export { type MetadataFieldSettings, metadataAuthorities, prototypeNames } from "./metadata.settings.js";
export { hasMetadataType } from "./metadata-values.js";
export type { SecondFactorModeSetting } from "./second-factor.settings.js";
export { canSendSms, countryOfNumber, smsCountries } from "./twilio.settings.js";

/** Every settings group of an application. The names are part of the public contract. */
export const settingsGroups = {
  general: generalSettings,
  signUp: signUpSettings,
  invitation: invitationSettings,
  secondFactor: secondFactorSettings,
  twilio: twilioSettings,
  mail: mailSettings,
  password: passwordSettings,
  metadata: metadataSettings,
  token: tokenSettings,
  session: sessionSettings,
  locales: localesSettings,
  links: linksSettings,
} as const;
export type SettingsGroup = keyof typeof settingsGroups;
export type ApplicationSettings = { [Group in SettingsGroup]: z.output<(typeof settingsGroups)[Group]> };

/**
 * Settings whose values are stored encrypted, apart from the other settings, which contain `true` when a value is set. Maps each setting to
 * the schema of its value.
 */
export const secretSettings = {
  "twilio.authToken": z.string().regex(/^[\x21-\x7e]{8,256}$/, "must be the auth token shown in the Twilio console, or empty"),
  "mail.smtpUrl": smtpUrl,
} as const;
export type SecretName = keyof typeof secretSettings;
/** New values of secrets; null removes one. */
export type SecretChanges = Partial<Record<SecretName, string | null>>;

/** Thrown when settings are not valid; its message is shown to the operator. */
export class InvalidSettingsError extends Error {
  override name = "InvalidSettingsError";
}

/** Fills in defaults and validates every group. @throws InvalidSettingsError */
export function parseSettings(groups: Record<string, unknown>): ApplicationSettings {
  const entries = Object.entries(settingsGroups).map(([group, schema]) => {
    const parsed = schema.safeParse(groups[group] ?? {});
    if (parsed.success) return [group, parsed.data];
    const [issue] = parsed.error.issues;
    throw new InvalidSettingsError(`${[group, ...(issue?.path ?? [])].join(".")}: ${issue?.message ?? "invalid value"}`);
  });
  return Object.fromEntries(entries) as ApplicationSettings;
}

/**
 * Checks dependencies between settings, and rules that values stored earlier need not follow. It runs only on changes, so that a rule added
 * later breaks no existing application.
 * @param before the settings that are changed, whose origins and metadata fields are accepted as they are
 * @throws InvalidSettingsError
 */
export function requireConsistent(settings: ApplicationSettings, before?: ApplicationSettings): void {
  const { secondFactor, twilio, mail, metadata, links, token } = settings;
  const storedFields = new Set(before?.metadata.fields.map((field) => JSON.stringify(field)));
  for (const field of metadata.fields) {
    const problem = storedFields.has(JSON.stringify(field)) ? null : findMetadataFieldProblem(field);
    if (problem) throw new InvalidSettingsError(`metadata.fields: ${problem}`);
  }
  for (const origin of links.origins) {
    const problem = before?.links.origins.includes(origin) ? null : findAddedOriginProblem(origin);
    if (problem) throw new InvalidSettingsError(`links.origins: ${problem}`);
  }
  if (mail.smtpUrl !== (mail.from !== ""))
    throw new InvalidSettingsError("mail.from: mail.smtpUrl and mail.from must both be set or both be empty");
  if (secondFactor.mode === "SMS" && !canSendSms(twilio))
    throw new InvalidSettingsError(
      "secondFactor.mode: SMS requires twilio.accountSid, twilio.authToken and either twilio.phoneNumber or twilio.messagingServiceSid",
    );
  const isRotationChanged = before?.token.rotationDays !== token.rotationDays || before?.token.sendKeyId !== token.sendKeyId;
  if (rotatesUnnamedKeys(settings) && isRotationChanged)
    throw new InvalidSettingsError(
      "token.rotationDays: automatic rotation requires token.sendKeyId=true, because verifiers with a manually installed key reject tokens after a rotation; set token.rotationDays=0 and rotate with keys rotate",
    );
}

/** True when keys are rotated automatically although verifiers cannot tell them apart. */
export const rotatesUnnamedKeys = ({ token: { rotationDays, sendKeyId } }: ApplicationSettings) => rotationDays > 0 && !sendKeyId;

/** Settings groups as stored, and changes of secrets. */
export interface SettingsChange {
  readonly groups: Record<string, unknown>;
  readonly secrets: SecretChanges;
}

/**
 * Parses `group.field=value`: as JSON if that is valid for the field, else as text; a list accepts a single item.
 * @throws InvalidSettingsError
 */
export function applyAssignment({ groups, secrets }: SettingsChange, assignment: string): SettingsChange {
  const [, group = "", field = "", text = ""] = /^([A-Za-z]+)\.([A-Za-z]+)=([\s\S]*)$/.exec(assignment) ?? [];
  // Only the part before the value is repeated, because the value may be a secret.
  if (!group) throw new InvalidSettingsError(`Expected group.field=value, got: ${assignment.split("=")[0]?.slice(0, 80)}`);
  if (!(group in settingsGroups)) throw new InvalidSettingsError(`Unknown settings group: ${group}`);
  const schema = settingsGroups[group as SettingsGroup];
  if (!(field in schema.shape)) throw new InvalidSettingsError(`Unknown setting: ${group}.${field}`);
  const before = (groups[group] ?? {}) as Record<string, unknown>;
  const withField = (value: unknown) => ({ ...groups, [group]: { ...before, [field]: value } });
  const name = `${group}.${field}`;
  if (isSecret(name)) return { groups: withField(text !== ""), secrets: { ...secrets, [name]: parseSecret(name, text) } };
  const candidates = [...jsonCandidates(text), text, [text]];
  const results = candidates.map((value) => ({ value, parsed: schema.safeParse({ ...before, [field]: value }) }));
  const accepted = results.find(({ parsed }) => parsed.success);
  if (!accepted) throw new InvalidSettingsError(`${name}: ${closestIssue(results.flatMap(({ parsed }) => parsed.error?.issues[0] ?? []))}`);
  return { groups: withField(accepted.value), secrets };
}

/** Of the readings of a value, the one whose error lies deepest was meant: an item of a list, not text instead of a list. */
function closestIssue(issues: readonly z.core.$ZodIssue[]): string {
  const [closest] = issues.toSorted((a, b) => b.path.length - a.path.length);
  return closest?.message ?? "invalid value";
}

const isSecret = (name: string): name is SecretName => name in secretSettings;

function parseSecret(name: SecretName, text: string): string | null {
  if (text === "") return null;
  const parsed = secretSettings[name].safeParse(text);
  if (!parsed.success) throw new InvalidSettingsError(`${name}: ${parsed.error.issues[0]?.message ?? "invalid value"}`);
  return parsed.data;
}

function jsonCandidates(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return [value, [value]];
  } catch {
    return [];
  }
}
