export { ApplicationEntity } from "./application.entity.js";
export { type Application, type ApplicationContext, issuerOf, linkOf, RESERVED_APPLICATION_ID } from "./application.js";
export { ApplicationRepository } from "./application.repository.js";
export { ApplicationDirectory } from "./application-directory.js";
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
  type SecondFactorModeSetting,
  secretSettings,
  settingsGroups,
  smsCountries,
} from "./settings/index.js";
export { type TwilioAccount, TwilioAccounts } from "./twilio-accounts.js";
