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
  applicationStatuses,
  canSendSms,
  countryOfNumber,
  type MetadataFieldSettings,
  metadataAuthorities,
  metadataTypes,
  prototypeNames,
  type SecondFactorModeSetting,
  secondFactorModes,
  secretSettings,
  settingsGroups,
  signUpFlows,
  smsCountries,
} from "./settings/index.js";
export { type TwilioAccount, TwilioAccounts } from "./twilio-accounts.js";
