interface Variable {
  readonly meaning: string;
  /** What previews show. */
  readonly sample: string;
}

/** Everything a message can show. */
export const variables: Readonly<Record<string, Variable>> = {
  appName: { meaning: "what the application is called (`general.name`)", sample: "" },
  handle: { meaning: "the address or number the message goes to", sample: "ada@example.com" },
  code: { meaning: "the code", sample: "482913" },
  link: { meaning: "the page of the same code; empty in an invitation of an application without `links.invitationUrl`", sample: "" },
  minutes: { meaning: "for how many minutes the code works", sample: "15" },
  linkMinutes: { meaning: "for how many minutes the link works", sample: "30" },
  linkHours: { meaning: "for how many hours the link works", sample: "24" },
  factor: { meaning: "the second factor it is about", sample: "Google Authenticator (TOTP)" },
  left: { meaning: "how many recovery codes are left", sample: "9" },
  days: { meaning: "for how many days the invitation stands", sample: "7" },
};

/** Other words for variables, from templates written for CosyncJWT. */
export const placeholders: Readonly<Record<string, string>> = {
  "%HANDLE%": "handle",
  "%CODE%": "code",
  "%LINK%": "link",
  "%APP_NAME%": "appName",
};
