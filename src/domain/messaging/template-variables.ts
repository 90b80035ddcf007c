interface TemplateVariable {
  readonly description: string;
  /** What previews show. */
  readonly sample: string;
}

/** Everything a message can show. */
export const templateVariables: Readonly<Record<string, TemplateVariable>> = {
  appName: { description: "what the application is called (`general.name`)", sample: "" },
  handle: { description: "the address or number the message goes to", sample: "ada@example.com" },
  code: { description: "the code", sample: "482913" },
  link: { description: "the page of the same code; empty in an invitation of an application without `links.invitationUrl`", sample: "" },
  minutes: { description: "for how many minutes the code works", sample: "15" },
  linkMinutes: { description: "for how many minutes the link works", sample: "30" },
  linkHours: { description: "for how many hours the link works", sample: "24" },
  factor: { description: "the second factor it is about", sample: "Google Authenticator (TOTP)" },
  left: { description: "how many recovery codes are left", sample: "9" },
  days: { description: "for how many days the invitation stands", sample: "7" },
};

/** Other words for variables, from templates written for CosyncJWT. */
export const placeholders: Readonly<Record<string, string>> = {
  "%HANDLE%": "handle",
  "%CODE%": "code",
  "%LINK%": "link",
  "%APP_NAME%": "appName",
};
