export { ApplicationEntity } from "./application.entity.js";
export { type Application, type ApplicationContext, issuerOf, linkOf, RESERVED_APPLICATION_ID } from "./application.js";
export { ApplicationRepository, toApplication } from "./application.repository.js";
export { ApplicationDirectory } from "./application-directory.js";
export { ApplicationKeyEntity } from "./application-key.entity.js";
export { ApplicationKeyRepository } from "./application-key.repository.js";
export {
  type AppKey,
  type AppKeyRotation,
  ApplicationKeys,
  DEFAULT_OVERLAP_HOURS,
  type KeyRevocation,
  MAX_APP_KEYS,
  MAX_OVERLAP_HOURS,
  type SecretKey,
  type SecretKeyRotation,
} from "./application-keys.js";
export { type ApplicationDraft, ApplicationRegistry, type NewApplication } from "./application-registry.js";
export { ApplicationSecretEntity } from "./application-secret.entity.js";
export { ApplicationSecrets } from "./application-secrets.js";
export { chooseLocale, findLocale } from "./locale.js";
export { MailAccounts } from "./mail-accounts.js";
export {
  type ApplicationSettings,
  canSendSms,
  countryOfNumber,
  hasMetadataType,
  type MetadataFieldSettings,
  metadataAuthorities,
  prototypeNames,
  rotatesUnnamedKeys,
  type SecondFactorModeSetting,
  secretSettings,
  settingsGroups,
  smsCountries,
} from "./settings/index.js";
export { type TwilioAccount, TwilioAccounts } from "./twilio-accounts.js";
