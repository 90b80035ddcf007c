import type { AnyErrorCode } from "./catalogue.js";

/** Locales with built-in texts. */
export const translatedLocales = ["en", "de", "fr"] as const;
export type Locale = (typeof translatedLocales)[number];

const errorMessages: Record<AnyErrorCode, Record<Locale, string>> = {
  SIGN_UP_CLOSED: {
    en: "This application does not accept new sign-ups.",
    de: "Diese Anwendung nimmt keine neuen Registrierungen an.",
    fr: "Cette application n'accepte pas de nouvelles inscriptions.",
  },
  INVITATIONS_CLOSED: {
    en: "This application does not accept invitations.",
    de: "Diese Anwendung nimmt keine Einladungen an.",
    fr: "Cette application n'accepte pas d'invitations.",
  },
  HANDLE_UNAVAILABLE: {
    en: "An account with this address already exists.",
    de: "Zu dieser Adresse gibt es bereits ein Konto.",
    fr: "Un compte existe déjà pour cette adresse.",
  },
  HANDLE_INVALID: {
    en: "We cannot send messages to this address or phone number.",
    de: "An diese Adresse oder Telefonnummer können wir keine Nachrichten senden.",
    fr: "Nous ne pouvons pas envoyer de messages à cette adresse ou à ce numéro de téléphone.",
  },
  PASSWORD_REFUSED: {
    en: "Please choose another password.",
    de: "Bitte wählen Sie ein anderes Passwort.",
    fr: "Veuillez choisir un autre mot de passe.",
  },
  METADATA_REFUSED: {
    en: "Some of the details provided cannot be accepted.",
    de: "Einige der Angaben können nicht angenommen werden.",
    fr: "Certaines des informations fournies ne peuvent pas être acceptées.",
  },
  LOCALE_REFUSED: {
    en: "This language is not available.",
    de: "Diese Sprache ist nicht verfügbar.",
    fr: "Cette langue n'est pas disponible.",
  },
  REAUTHENTICATION_REQUIRED: {
    en: "Please confirm your identity first.",
    de: "Bitte bestätigen Sie zuerst Ihre Identität.",
    fr: "Veuillez d'abord confirmer votre identité.",
  },
  INVALID_CREDENTIALS: {
    en: "The address or the password is wrong.",
    de: "Die Adresse oder das Passwort ist falsch.",
    fr: "L'adresse ou le mot de passe est incorrect.",
  },
  INVALID_CODE: {
    en: "The code is wrong or no longer valid.",
    de: "Der Code ist falsch oder nicht mehr gültig.",
    fr: "Le code est incorrect ou n'est plus valable.",
  },
  CHALLENGE_ENDED: {
    en: "The time limit or the number of attempts was exceeded. Please start again.",
    de: "Die Zeit ist abgelaufen oder es gab zu viele Versuche. Bitte beginnen Sie von vorn.",
    fr: "Délai ou nombre d'essais dépassé. Veuillez recommencer.",
  },
  PHONE_NOT_VERIFIED: {
    en: "Please confirm your phone number first.",
    de: "Bitte bestätigen Sie zuerst Ihre Telefonnummer.",
    fr: "Veuillez d'abord confirmer votre numéro de téléphone.",
  },
  SECOND_FACTOR_OFF: {
    en: "This second factor is not enabled.",
    de: "Dieser zweite Faktor ist nicht aktiviert.",
    fr: "Ce second facteur n'est pas activé.",
  },
  TOO_MANY_ATTEMPTS: {
    en: "Too many attempts. Please wait and try again later.",
    de: "Zu viele Versuche. Bitte warten Sie etwas und versuchen Sie es erneut.",
    fr: "Trop de tentatives. Veuillez patienter un peu avant de réessayer.",
  },
  SESSION_ENDED: {
    en: "The session has ended. Please log in again.",
    de: "Die Sitzung ist beendet. Bitte melden Sie sich erneut an.",
    fr: "La session est terminée. Veuillez vous reconnecter.",
  },
  ACCOUNT_SUSPENDED: {
    en: "This account is suspended.",
    de: "Dieses Konto ist gesperrt.",
    fr: "Ce compte est suspendu.",
  },
  UNAUTHENTICATED: {
    en: "Not logged in, or the application key is not valid.",
    de: "Nicht angemeldet, oder der Anwendungsschlüssel ist ungültig.",
    fr: "Non connecté, ou la clé d'application n'est pas valable.",
  },
  FORBIDDEN: {
    en: "This is not allowed, or the object does not exist.",
    de: "Das ist nicht erlaubt, oder das Objekt existiert nicht.",
    fr: "Ceci n'est pas autorisé, ou cet objet n'existe pas.",
  },
  RATE_LIMITED: {
    en: "Too many requests. Please wait and try again later.",
    de: "Zu viele Anfragen. Bitte warten Sie etwas und versuchen Sie es erneut.",
    fr: "Trop de requêtes. Veuillez patienter un peu avant de réessayer.",
  },
  BAD_USER_INPUT: {
    en: "An argument has the wrong type or shape.",
    de: "Ein Argument hat den falschen Typ oder die falsche Form.",
    fr: "Un argument n'a pas le bon type ou la bonne forme.",
  },
  DOCUMENT_REFUSED: {
    en: "The GraphQL document is invalid or exceeds a limit.",
    de: "Das GraphQL-Dokument ist ungültig oder überschreitet eine Grenze.",
    fr: "Le document GraphQL n'est pas valable ou dépasse une limite.",
  },
  // Clients compare this text.
  PERSISTED_QUERY_NOT_SUPPORTED: {
    en: "PersistedQueryNotSupported",
    de: "PersistedQueryNotSupported",
    fr: "PersistedQueryNotSupported",
  },
  UNAVAILABLE: {
    en: "The service is temporarily unavailable. Please try again in a moment.",
    de: "Der Dienst ist vorübergehend nicht verfügbar. Bitte versuchen Sie es gleich noch einmal.",
    fr: "Le service est temporairement indisponible. Veuillez réessayer dans un instant.",
  },
  INTERNAL_SERVER_ERROR: {
    en: "Something went wrong on our side.",
    de: "Bei uns ist etwas schiefgegangen.",
    fr: "Une erreur est survenue de notre côté.",
  },
};

/** The message for users of a code. Programs use the code. */
export function errorMessageFor(code: AnyErrorCode, locale: Locale): string {
  return errorMessages[code][locale];
}

const unsupportedCountryMessages: Record<Locale, (country: string) => string> = {
  en: (country) => `This application does not send text messages to ${country}.`,
  de: (country) => `Diese Anwendung sendet keine SMS nach ${country}.`,
  fr: (country) => `Cette application n'envoie pas de SMS vers ce pays : ${country}.`,
};

/** The message when the country of a number is not supported; `country` is an ISO 3166-1 alpha-2 code. */
export function unsupportedCountryMessage(country: string, locale: Locale): string {
  return unsupportedCountryMessages[locale](new Intl.DisplayNames([locale], { type: "region" }).of(country) ?? country);
}

/** The first preference with a translation, else English. `preferences` are BCP 47 tags, highest preference first. */
export function pickLocale(preferences: readonly string[]): Locale {
  for (const preference of preferences) {
    const language = preference.toLowerCase().split("-")[0];
    const found = translatedLocales.find((locale) => locale === language);
    if (found) return found;
  }
  return "en";
}
