interface TemplateVariable {
  readonly description: string;
  /** Value shown in previews. */
  readonly sample: string;
}

/** All variables of message templates. */
export const templateVariables: Readonly<Record<string, TemplateVariable>> = {
  appName: { description: "Name of the application (`general.name`).", sample: "" },
  handle: { description: "Address or phone number of the recipient.", sample: "ada@example.com" },
  code: { description: "One-time code, 6 to 10 digits.", sample: "482913" },
  link: { description: "Link that does the same as the code; empty in invitations when `links.invitationUrl` is not set.", sample: "" },
  minutes: { description: "Lifetime of the code, in minutes.", sample: "15" },
  linkMinutes: { description: "Lifetime of the link, in minutes.", sample: "30" },
  linkHours: { description: "Lifetime of the link, in hours.", sample: "24" },
  factor: { description: "Name of the second factor concerned.", sample: "Google Authenticator (TOTP)" },
  left: { description: "Number of remaining recovery codes.", sample: "9" },
  days: { description: "Lifetime of the invitation, in days.", sample: "7" },
};

/** Placeholders of templates written for CosyncJWT, with the variables they stand for. */
export const placeholders: Readonly<Record<string, string>> = {
  "%HANDLE%": "handle",
  "%CODE%": "code",
  "%LINK%": "link",
  "%APP_NAME%": "appName",
};
