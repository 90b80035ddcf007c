import type { AnyErrorCode } from "./catalogue.js";

/** Languages the gateway itself speaks. */
export const translatedLocales = ["en", "de", "fr"] as const;
export type Locale = (typeof translatedLocales)[number];

const errorMessages: Record<AnyErrorCode, Record<Locale, string>> = {
  SIGN_UP_CLOSED: {
    en: "This application does not take new sign-ups.",
    de: "Diese Anwendung nimmt keine neuen Anmeldungen an.",
    fr: "Cette application n'accepte pas de nouvelles inscriptions.",
  },
  INVITATIONS_CLOSED: {
    en: "This application does not take invitations.",
    de: "Diese Anwendung nimmt keine Einladungen an.",
    fr: "Cette application n'accepte pas d'invitations.",
  },
  HANDLE_UNAVAILABLE: {
    en: "There is an account with this address already.",
    de: "Zu dieser Adresse gibt es bereits ein Konto.",
    fr: "Un compte existe déjà pour cette adresse.",
  },
  HANDLE_INVALID: {
    en: "This is not an address we can send to.",
    de: "An diese Adresse können wir nichts senden.",
    fr: "Nous ne pouvons rien envoyer à cette adresse.",
  },
  PASSWORD_REFUSED: {
    en: "Please choose another password.",
    de: "Bitte wählen Sie ein anderes Passwort.",
    fr: "Veuillez choisir un autre mot de passe.",
  },
  METADATA_REFUSED: {
    en: "Some of the details given cannot be accepted.",
    de: "Einige der Angaben können nicht angenommen werden.",
    fr: "Certaines des informations fournies ne peuvent pas être acceptées.",
  },
  LOCALE_REFUSED: {
    en: "This language is not available.",
    de: "Diese Sprache ist nicht verfügbar.",
    fr: "Cette langue n'est pas disponible.",
  },
  REAUTHENTICATION_REQUIRED: {
    en: "Please confirm that it is you first.",
    de: "Bitte bestätigen Sie zuerst, dass Sie es sind.",
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
    en: "This took too long or was tried too often. Please start again.",
    de: "Das hat zu lange gedauert oder wurde zu oft versucht. Bitte beginnen Sie von vorn.",
    fr: "Délai ou nombre d'essais dépassé. Veuillez recommencer.",
  },
  PHONE_NOT_VERIFIED: {
    en: "Please confirm your phone number first.",
    de: "Bitte bestätigen Sie zuerst Ihre Telefonnummer.",
    fr: "Veuillez d'abord confirmer votre numéro de téléphone.",
  },
  SECOND_FACTOR_OFF: {
    en: "This second factor is not in use here.",
    de: "Dieser zweite Faktor wird hier nicht verwendet.",
    fr: "Ce second facteur n'est pas utilisé ici.",
  },
  TOO_MANY_ATTEMPTS: {
    en: "Too many attempts. Please wait a little and try again.",
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
    en: "This is not allowed, or there is no such object.",
    de: "Das ist nicht erlaubt, oder es gibt dieses Objekt nicht.",
    fr: "Ceci n'est pas autorisé, ou cet objet n'existe pas.",
  },
  RATE_LIMITED: {
    en: "Too many requests. Please wait a little and try again.",
    de: "Zu viele Anfragen. Bitte warten Sie etwas und versuchen Sie es erneut.",
    fr: "Trop de requêtes. Veuillez patienter un peu avant de réessayer.",
  },
  BAD_USER_INPUT: {
    en: "An argument has the wrong type or shape.",
    de: "Ein Argument hat den falschen Typ oder die falsche Form.",
    fr: "Un argument n'a pas le bon type ou la bonne forme.",
  },
  DOCUMENT_REFUSED: {
    en: "The document is not valid here or exceeds a limit.",
    de: "Das Dokument ist hier nicht gültig oder überschreitet eine Grenze.",
    fr: "Le document n'est pas valable ici ou dépasse une limite.",
  },
  UNAVAILABLE: {
    en: "The service is busy. Please try again in a moment.",
    de: "Der Dienst ist ausgelastet. Bitte versuchen Sie es gleich noch einmal.",
    fr: "Le service est occupé. Veuillez réessayer dans un instant.",
  },
  INTERNAL_SERVER_ERROR: {
    en: "Something went wrong on our side.",
    de: "Bei uns ist etwas schiefgegangen.",
    fr: "Une erreur est survenue de notre côté.",
  },
};

/** The sentence people read for a code. Programs use the code. */
export function errorMessageFor(code: AnyErrorCode, locale: Locale): string {
  return errorMessages[code][locale];
}

const unsupportedCountryMessages: Record<Locale, (country: string) => string> = {
  en: (country) => `This application sends no text messages to ${country}.`,
  de: (country) => `Diese Anwendung sendet keine SMS nach ${country}.`,
  fr: (country) => `Cette application n'envoie pas de SMS vers ce pays : ${country}.`,
};

/** What people read instead when a number's country is the reason; `country` as two letters. */
export function unsupportedCountryMessage(country: string, locale: Locale): string {
  return unsupportedCountryMessages[locale](new Intl.DisplayNames([locale], { type: "region" }).of(country) ?? country);
}

/** Picks the language for sentences: the first of the wishes that is translated, else English. `wishes` are BCP 47 tags, best first. */
export function pickLocale(preferences: readonly string[]): Locale {
  for (const preference of preferences) {
    const language = preference.toLowerCase().split("-")[0];
    const found = translatedLocales.find((locale) => locale === language);
    if (found) return found;
  }
  return "en";
}
