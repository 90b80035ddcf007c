import type { Locale, PasswordViolation } from "../../platform/errors/index.js";

/** Texts of the link pages. `{app}` is the application's name, `{minimum}` the minimum length of a password. */
export interface LinkPageTexts {
  readonly signUp: {
    readonly title: string;
    readonly lead: string;
    readonly button: string;
    readonly done: string;
    /** There were several sign-ups for the address, so none of their passwords was set. */
    readonly passwordNotSet: string;
  };
  readonly reset: { readonly title: string; readonly lead: string; readonly button: string; readonly done: string; readonly label: string };
  readonly gone: { readonly title: string; readonly lead: string };
  readonly continueLabel: string;
  readonly violations: Readonly<Record<PasswordViolation, string>>;
}

export const linkPageTexts: Readonly<Record<Locale, LinkPageTexts>> = {
  en: {
    signUp: {
      title: "Complete your sign-up for {app}",
      lead: "You are signing up with this address:",
      button: "Complete sign-up",
      done: "Your sign-up is complete. Go back to {app} and log in.",
      passwordNotSet:
        "Your account has been created. There were several sign-ups for this address, so please choose a password: we have just sent you an email with instructions.",
    },
    reset: {
      title: "New password for {app}",
      lead: "Choose a new password for this account:",
      button: "Set the new password",
      done: "The new password has been set, and all devices have been logged out. Go back to {app} and log in.",
      label: "New password, at least {minimum} characters",
    },
    gone: {
      title: "This link is no longer valid",
      lead: "It has been used, has expired or was replaced by a newer one. Go back to the app and request a new link.",
    },
    continueLabel: "Continue",
    violations: {
      TOO_SHORT: "The password is too short.",
      TOO_LONG: "The password is too long.",
      TOO_COMMON: "This password is too common.",
      CONTAINS_CONTEXT: "The password must not consist of your address or the name of the application.",
      NEEDS_UPPER: "The password needs more uppercase letters.",
      NEEDS_LOWER: "The password needs more lowercase letters.",
      NEEDS_DIGIT: "The password needs more digits.",
      NEEDS_SPECIAL: "The password needs more special characters.",
    },
  },
  de: {
    signUp: {
      title: "Registrierung bei {app} abschließen",
      lead: "Sie registrieren sich mit dieser Adresse:",
      button: "Registrierung abschließen",
      done: "Die Registrierung ist abgeschlossen. Gehen Sie zurück zu {app} und melden Sie sich an.",
      passwordNotSet:
        "Ihr Konto wurde eingerichtet. Für diese Adresse gab es mehrere Registrierungen; wählen Sie deshalb bitte ein Passwort: Wir haben Ihnen soeben eine E-Mail dazu geschickt.",
    },
    reset: {
      title: "Ein neues Passwort für {app}",
      lead: "Wählen Sie ein neues Passwort für dieses Konto:",
      button: "Neues Passwort setzen",
      done: "Das neue Passwort wurde gespeichert, und alle Geräte wurden abgemeldet. Gehen Sie zurück zu {app} und melden Sie sich an.",
      label: "Neues Passwort, mindestens {minimum} Zeichen",
    },
    gone: {
      title: "Dieser Link ist nicht mehr gültig",
      lead: "Er wurde benutzt, ist abgelaufen oder wurde durch einen neueren ersetzt. Gehen Sie zurück zur App und fordern Sie einen neuen Link an.",
    },
    continueLabel: "Weiter",
    violations: {
      TOO_SHORT: "Das Passwort ist zu kurz.",
      TOO_LONG: "Das Passwort ist zu lang.",
      TOO_COMMON: "Dieses Passwort ist zu verbreitet.",
      CONTAINS_CONTEXT: "Das Passwort darf nicht aus Ihrer Adresse oder dem Namen der Anwendung bestehen.",
      NEEDS_UPPER: "Das Passwort braucht mehr Großbuchstaben.",
      NEEDS_LOWER: "Das Passwort braucht mehr Kleinbuchstaben.",
      NEEDS_DIGIT: "Das Passwort braucht mehr Ziffern.",
      NEEDS_SPECIAL: "Das Passwort braucht mehr Sonderzeichen.",
    },
  },
  fr: {
    signUp: {
      title: "Terminer l'inscription à {app}",
      lead: "Vous vous inscrivez avec cette adresse :",
      button: "Terminer l'inscription",
      done: "Votre inscription est terminée. Retournez dans {app} et connectez-vous.",
      passwordNotSet:
        "Votre compte a été créé. Il y a eu plusieurs inscriptions avec cette adresse : veuillez donc choisir un mot de passe à l'aide de l'e-mail que nous venons de vous envoyer.",
    },
    reset: {
      title: "Un nouveau mot de passe pour {app}",
      lead: "Choisissez un nouveau mot de passe pour ce compte :",
      button: "Enregistrer le mot de passe",
      done: "Le nouveau mot de passe est enregistré et tous les appareils sont déconnectés. Retournez dans {app} et connectez-vous.",
      label: "Nouveau mot de passe, {minimum} caractères au moins",
    },
    gone: {
      title: "Ce lien n'est plus valable",
      lead: "Il a été utilisé, a expiré ou a été remplacé par un plus récent. Retournez dans l'application et demandez un nouveau lien.",
    },
    continueLabel: "Continuer",
    violations: {
      TOO_SHORT: "Le mot de passe est trop court.",
      TOO_LONG: "Le mot de passe est trop long.",
      TOO_COMMON: "Ce mot de passe est trop courant.",
      CONTAINS_CONTEXT: "Le mot de passe ne doit pas être composé de votre adresse ou du nom de l'application.",
      NEEDS_UPPER: "Le mot de passe doit contenir plus de majuscules.",
      NEEDS_LOWER: "Le mot de passe doit contenir plus de minuscules.",
      NEEDS_DIGIT: "Le mot de passe doit contenir plus de chiffres.",
      NEEDS_SPECIAL: "Le mot de passe doit contenir plus de caractères spéciaux.",
    },
  },
};
