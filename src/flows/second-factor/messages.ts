import type { MessageTemplate } from "../../domain/messaging/index.js";

const secondFactorCode: MessageTemplate = {
  name: "secondFactorCode",
  sentWhen: "a user whose second factor is the phone has entered the correct password",
  requiredVariables: ["code"],
  sms: {
    en: "{{ code }} is your code to log in to {{ appName }}. It works for {{ minutes }} minutes. Do not share it with anyone.",
    de: "{{ code }} ist Ihr Code zur Anmeldung bei {{ appName }}. Er gilt {{ minutes }} Minuten. Geben Sie ihn niemandem weiter.",
    fr: "{{ code }} est votre code de connexion à {{ appName }}. Il est valable {{ minutes }} minutes. Ne le donnez à personne.",
  },
};

const secondFactorEnabled: MessageTemplate = {
  name: "secondFactorEnabled",
  sentWhen: "a second factor was enabled",
  mail: {
    en: {
      subject: "Your account at {{ appName }} has a second factor now",
      text: `From now on, logging in to your account at {{ appName }} requires a second factor ({{ factor }}). All other sessions have ended. Keep the recovery codes you were shown in a safe place: with them you can log in if you lose it.

If this was not you, change your password immediately and contact the operators of {{ appName }}.`,
    },
    de: {
      subject: "Ihr Konto bei {{ appName }} hat jetzt einen zweiten Faktor",
      text: `Ab jetzt verlangt die Anmeldung bei {{ appName }} einen zweiten Faktor ({{ factor }}). Alle anderen Sitzungen sind beendet. Bewahren Sie die angezeigten Wiederherstellungscodes sicher auf: Mit ihnen können Sie sich anmelden, falls Sie ihn verlieren.

Falls Sie das nicht waren, ändern Sie sofort Ihr Passwort und wenden Sie sich bitte an die Betreiber von {{ appName }}.`,
    },
    fr: {
      subject: "Votre compte {{ appName }} a désormais un second facteur",
      text: `Désormais, la connexion à votre compte {{ appName }} demande un second facteur ({{ factor }}). Toutes les autres sessions sont terminées. Gardez en lieu sûr les codes de récupération affichés : ils vous permettront de vous connecter si vous le perdez.

Si ce n'était pas vous, changez immédiatement votre mot de passe et prévenez les responsables de {{ appName }}.`,
    },
  },
};

const secondFactorDisabled: MessageTemplate = {
  name: "secondFactorDisabled",
  sentWhen: "a second factor was disabled, by the user or on their behalf",
  mail: {
    en: {
      subject: "A second factor of your account at {{ appName }} is off",
      text: `A second factor of your account at {{ appName }} ({{ factor }}) was turned off, by you or by {{ appName }} at your request. All other sessions have ended.

If you did not request this, change your password immediately and contact the operators of {{ appName }}.`,
    },
    de: {
      subject: "Ein zweiter Faktor Ihres Kontos bei {{ appName }} ist aus",
      text: `Ein zweiter Faktor Ihres Kontos bei {{ appName }} ({{ factor }}) wurde abgeschaltet, von Ihnen oder auf Ihren Wunsch von {{ appName }}. Alle anderen Sitzungen sind beendet.

Falls Sie das nicht veranlasst haben, ändern Sie sofort Ihr Passwort und wenden Sie sich bitte an die Betreiber von {{ appName }}.`,
    },
    fr: {
      subject: "Un second facteur de votre compte {{ appName }} est désactivé",
      text: `Un second facteur de votre compte {{ appName }} ({{ factor }}) a été désactivé, par vous ou par {{ appName }} à votre demande. Toutes les autres sessions sont terminées.

Si vous ne l'avez pas demandé, changez immédiatement votre mot de passe et prévenez les responsables de {{ appName }}.`,
    },
  },
};

const secondFactorGuessing: MessageTemplate = {
  name: "secondFactorGuessing",
  sentWhen: "several wrong codes of the second factor have followed the correct password",
  mail: {
    en: {
      subject: "Someone knows your password at {{ appName }}",
      text: `Someone has entered the correct password of your account at {{ appName }}, and then several wrong codes for the second factor. They did not get in.

If this was not you, change your password: someone else knows it. If it was you, wait a little, or use a recovery code.`,
    },
    de: {
      subject: "Jemand kennt Ihr Passwort bei {{ appName }}",
      text: `Jemand hat das richtige Passwort Ihres Kontos bei {{ appName }} eingegeben, und dann mehrere falsche Codes für den zweiten Faktor. Der Zugang wurde verweigert.

Falls Sie das nicht waren, ändern Sie Ihr Passwort: Jemand anders kennt es. Falls Sie es waren, warten Sie etwas oder verwenden Sie einen Wiederherstellungscode.`,
    },
    fr: {
      subject: "Quelqu'un connaît votre mot de passe {{ appName }}",
      text: `Quelqu'un a saisi le bon mot de passe de votre compte {{ appName }}, puis plusieurs codes incorrects pour le second facteur. L'accès a été refusé.

Si ce n'était pas vous, changez votre mot de passe : quelqu'un d'autre le connaît. Si c'était vous, patientez un peu ou utilisez un code de récupération.`,
    },
  },
};

const recoveryCodeUsed: MessageTemplate = {
  name: "recoveryCodeUsed",
  sentWhen: "a recovery code was used instead of the second factor",
  mail: {
    en: {
      subject: "A recovery code of your account at {{ appName }} was used",
      text: `A recovery code was used instead of the second factor of your account at {{ appName }}. You have {{ left }} left; if there are three or fewer, generate new ones. The second factor stays as it is.

If this was not you, change your password immediately and generate new recovery codes.`,
    },
    de: {
      subject: "Ein Wiederherstellungscode Ihres Kontos bei {{ appName }} wurde verwendet",
      text: `Anstelle des zweiten Faktors Ihres Kontos bei {{ appName }} wurde ein Wiederherstellungscode verwendet. Sie haben noch {{ left }}; sind es drei oder weniger, erzeugen Sie bitte neue. Der zweite Faktor bleibt, wie er ist.

Falls Sie das nicht waren, ändern Sie sofort Ihr Passwort und erzeugen Sie neue Wiederherstellungscodes.`,
    },
    fr: {
      subject: "Un code de récupération de votre compte {{ appName }} a été utilisé",
      text: `Un code de récupération a été utilisé à la place du second facteur de votre compte {{ appName }}. Il vous en reste {{ left }} ; s'il y en a trois ou moins, créez-en de nouveaux. Le second facteur reste tel quel.

Si ce n'était pas vous, changez immédiatement votre mot de passe et créez de nouveaux codes de récupération.`,
    },
  },
};

const recoveryCodesReplaced: MessageTemplate = {
  name: "recoveryCodesReplaced",
  sentWhen: "a user generated new recovery codes",
  mail: {
    en: {
      subject: "Your account at {{ appName }} has new recovery codes",
      text: `New recovery codes were generated for your account at {{ appName }}. All older ones are invalid.

If this was not you, change your password immediately and contact the operators of {{ appName }}.`,
    },
    de: {
      subject: "Ihr Konto bei {{ appName }} hat neue Wiederherstellungscodes",
      text: `Für Ihr Konto bei {{ appName }} wurden neue Wiederherstellungscodes erzeugt. Alle älteren sind ungültig.

Falls Sie das nicht waren, ändern Sie sofort Ihr Passwort und wenden Sie sich bitte an die Betreiber von {{ appName }}.`,
    },
    fr: {
      subject: "Votre compte {{ appName }} a de nouveaux codes de récupération",
      text: `De nouveaux codes de récupération ont été créés pour votre compte {{ appName }}. Tous les anciens sont invalides.

Si ce n'était pas vous, changez immédiatement votre mot de passe et prévenez les responsables de {{ appName }}.`,
    },
  },
};

export const messages: readonly MessageTemplate[] = [
  secondFactorCode,
  secondFactorEnabled,
  secondFactorDisabled,
  secondFactorGuessing,
  recoveryCodeUsed,
  recoveryCodesReplaced,
];
