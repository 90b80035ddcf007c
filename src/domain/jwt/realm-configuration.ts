import { type Application, issuerOf, type MetadataFieldSettings } from "../applications/index.js";
import type { PublishedKey } from "./signing-keys.js";

/** Values for the configuration of Realm (App Services) Custom JWT authentication. */
export interface RealmConfiguration {
  readonly providersJson: string;
  readonly publicKeyPem: string;
  readonly jwksUrl: string;
}

/** Name of the Realm secret that holds the PEM when the key set's URL cannot be used. */
const REALM_SECRET_NAME = "latchkey_public_key";
/** Realm accepts names of fewer than 64 characters in user.data. */
const MAX_FIELD_NAME_LENGTH = 63;

/**
 * `auth/providers.json`, the current key as PEM for a manual secret, and the key set's URL. Realm finds keys at a URL by `kid` only,
 * so an application whose tokens have none (token.sendKeyId) gets a configuration with a manual key.
 */
export function realmConfiguration({ id, settings }: Application, publicUrl: string, current: PublishedKey): RealmConfiguration {
  const jwksUrl = `${issuerOf(publicUrl, id)}/.well-known/jwks.json`;
  const { audience, sendKeyId, includeEmail } = settings.token;
  const keys = sendKeyId ? { useJWKURI: true, jwkURI: jwksUrl } : { useJWKURI: false, signingAlgorithm: "RS256" };
  const provider = {
    name: "custom-token",
    type: "custom-token",
    disabled: false,
    config: { audience: audience.length > 0 || settings.general.realmAppId ? audience : [id], requireAnyAudience: true, ...keys },
    secret_config: { signingKeys: sendKeyId ? [] : [REALM_SECRET_NAME] },
    metadata_fields: metadataFields(settings.metadata.fields, includeEmail),
  };
  return { providersJson: JSON.stringify({ "custom-token": provider }, null, 2), publicKeyPem: current.publicKeyPem, jwksUrl };
}

/** Each field's name, else the last segment of its path, else, when taken or too long, the whole path or a numbered name. */
function metadataFields(fields: readonly MetadataFieldSettings[], includeEmail: boolean) {
  const inToken = fields.filter((field) => field.inToken);
  const usedNames = new Set([...(includeEmail ? ["email"] : []), ...inToken.flatMap(({ name }) => name ?? [])]);
  const chooseName = (path: string) => {
    const numbered = Array.from({ length: inToken.length }, (_, index) => `field${index + 1}`);
    const candidates = [path.split(".").at(-1) ?? path, path.replaceAll(".", "_"), ...numbered];
    const name = candidates.find((candidate) => candidate.length <= MAX_FIELD_NAME_LENGTH && !usedNames.has(candidate)) ?? path;
    usedNames.add(name);
    return name;
  };
  return [
    ...(includeEmail ? [{ required: false, name: "email", field_name: "email" }] : []),
    ...inToken.map(({ path, name, required }) => ({ required, name: path, field_name: name ?? chooseName(path) })),
  ];
}
