export type Api = "authentication" | "management";
export interface Example {
  readonly api: Api;
  readonly name: string;
  /** The document with the fragments it uses. */
  readonly query: string;
}
/** What is known so far: every answer adds to it, every example is filled in from it. */
export interface ExampleState {
  readonly isDemo: boolean;
  readonly email: string;
  /** Where the last code went. */
  readonly mailbox: string;
  readonly password: string;
  readonly newPassword: string;
  readonly appKey?: string;
  readonly secretKey?: string;
  readonly applicationId?: string;
  readonly sessionId?: string;
  readonly userId?: string;
  readonly invitationId?: string;
  readonly code?: string;
  readonly ticket?: string;
  readonly sessionToken?: string;
  readonly refreshToken?: string;
  readonly challengeToken?: string;
  readonly deviceToken?: string;
}
type Values = Readonly<Record<string, unknown>>;
export interface Exchange {
  readonly api: Api;
  readonly variables: unknown;
  readonly headers: Values;
  readonly answer: unknown;
}

/** Order of the examples; operations that are not listed come last. */
const exampleOrder: Readonly<Record<Api, readonly string[]>> = {
  authentication: [
    ...["application", "signUp", "resendSignUpCode", "completeSignUp", "logIn", "me", "issueJwt", "refreshSession"],
    ...["setMetadata", "setLocale", "setPhone", "verifyPhone", "removePhone"],
    ...["invite", "invitations", "resendInvitation", "revokeInvitation", "acceptInvitation"],
    ...["reauthenticate", "changePassword", "changeHandle", "confirmHandle"],
    ...["enrollTotp", "confirmTotp", "enrollSms", "sendLogInCode", "completeLogIn", "completeReauthentication"],
    ...["regenerateRecoveryCodes", "disableSecondFactor"],
    ...["logOut", "forgotPassword", "resetPassword", "revokeSession", "logOutEverywhere", "deleteAccount"],
  ],
  management: [
    ...["viewer", "application", "createInvitation", "resendInvitation", "invitations", "revokeInvitation", "createUser", "users", "user"],
    ...["updateUserMetadata", "sendPasswordReset", "endUserSessions", "suspendUser", "activateUser", "unlockUser"],
    ...["resetSecondFactor", "resetSecondFactors", "deleteUser"],
  ],
};
const capturedFields = [
  "ticket",
  "sessionToken",
  "refreshToken",
  "challengeToken",
  "deviceToken",
  "applicationId",
  "sessionId",
  "userId",
  "invitationId",
] as const;
/** Their handle is not the person's own: not yet, or never. */
const operationsOnOtherAddresses = ["changeHandle", "invite"];
const someNames = { user_data: { name: { first: "Ann", last: "Archer" } } };
const placeholders = {
  code: "CODE",
  totp: "123456",
  challengeToken: "lk_chl_...",
  ticket: "TICKET",
  refreshToken: "lk_ref_...",
  appKey: "lk_app_...",
  secretKey: "lk_sec_...",
  id: "ID",
};

const answerOf = ({ challengeToken = placeholders.challengeToken }: ExampleState) => ({
  input: { challengeToken, proof: { code: placeholders.totp } },
});
const userOf = ({ applicationId = placeholders.id, userId = placeholders.id }: ExampleState) => ({ input: { applicationId, userId } });
const invitationOf = ({ applicationId = placeholders.id, invitationId = placeholders.id }: ExampleState) => ({
  input: { applicationId, invitationId },
});

/** Example variables of every operation that takes some, by API and operation. */
export const exampleVariables: Readonly<Record<string, (state: ExampleState) => Values>> = {
  "authentication/signUp": ({ email, password, isDemo }) => ({
    input: { handle: { email }, password, ...(isDemo ? { metadata: someNames } : {}) },
  }),
  "authentication/completeSignUp": ({ email, code = placeholders.code, ticket = placeholders.ticket }) => ({
    input: { handle: { email }, code, ticket },
  }),
  "authentication/resendSignUpCode": ({ email }) => ({ input: { handle: { email } } }),
  "authentication/logIn": ({ email, password, deviceToken }) => ({
    input: { handle: { email }, password, ...(deviceToken ? { deviceToken } : {}) },
  }),
  "authentication/completeLogIn": answerOf,
  "authentication/completeReauthentication": answerOf,
  "authentication/sendLogInCode": ({ challengeToken = placeholders.challengeToken }) => ({ input: { challengeToken } }),
  "authentication/confirmTotp": () => ({ input: { code: placeholders.totp } }),
  "authentication/issueJwt": () => ({ input: {} }),
  "authentication/refreshSession": ({ refreshToken = placeholders.refreshToken }) => ({ input: { refreshToken } }),
  "authentication/forgotPassword": ({ email }) => ({ input: { handle: { email } } }),
  "authentication/resetPassword": ({ email, newPassword, code = placeholders.code, ticket = placeholders.ticket }) => ({
    input: { handle: { email }, code, ticket, newPassword },
  }),
  "authentication/reauthenticate": ({ password }) => ({ input: { password } }),
  "authentication/changePassword": ({ password, newPassword }) => ({ input: { currentPassword: password, newPassword } }),
  "authentication/changeHandle": ({ email }) => ({ input: { handle: { email: `new.${email}` } } }),
  "authentication/confirmHandle": ({ code = placeholders.code }) => ({ input: { code } }),
  "authentication/setPhone": () => ({ input: { phone: "+447700900123" } }),
  "authentication/verifyPhone": ({ code = placeholders.code }) => ({ input: { code } }),
  "authentication/setMetadata": () => ({ input: { metadata: { user_data: { name: { first: "Anna" } } } } }),
  "authentication/setLocale": () => ({ input: { locale: "de" } }),
  "authentication/invite": ({ email }) => ({ input: { handle: { email: `guest.${email}` } } }),
  "authentication/invitations": () => ({ first: 20 }),
  "authentication/resendInvitation": ({ invitationId = placeholders.id }) => ({ input: { invitationId } }),
  "authentication/acceptInvitation": ({ mailbox, password, code = placeholders.code }) => ({
    input: { handle: { email: mailbox }, code, password },
  }),
  "authentication/revokeInvitation": ({ invitationId = placeholders.id }) => ({ input: { invitationId } }),
  "authentication/revokeSession": ({ sessionId = placeholders.id }) => ({ input: { sessionId } }),
  "management/application": ({ applicationId = placeholders.id }) => ({ id: applicationId }),
  "management/users": ({ applicationId = placeholders.id }) => ({ applicationId, first: 20 }),
  "management/user": ({ applicationId = placeholders.id, userId = placeholders.id }) => ({ applicationId, userId }),
  "management/resetSecondFactor": ({ applicationId = placeholders.id, userId = placeholders.id }) => ({
    input: { applicationId, userId, reason: "User lost the phone and the recovery codes" },
  }),
  "management/resetSecondFactors": ({ applicationId = placeholders.id }) => ({
    input: { applicationId, method: "SMS", reason: "Text messages are not delivered" },
  }),
  "management/invitations": ({ applicationId = placeholders.id }) => ({ applicationId, first: 20 }),
  "management/createInvitation": ({ applicationId = placeholders.id, email, isDemo }) => ({
    input: { applicationId, email: `guest.${email}`, ...(isDemo ? { metadata: { role: "editor" } } : {}) },
  }),
  "management/resendInvitation": invitationOf,
  "management/revokeInvitation": invitationOf,
  "management/createUser": ({ applicationId = placeholders.id, email }) => ({ input: { applicationId, email: `colleague.${email}` } }),
  "management/updateUserMetadata": (state) => ({ input: { ...userOf(state).input, metadata: { role: "editor" } } }),
  "management/sendPasswordReset": userOf,
  "management/endUserSessions": userOf,
  "management/suspendUser": userOf,
  "management/activateUser": userOf,
  "management/unlockUser": userOf,
  "management/deleteUser": userOf,
};

/** Makes the list of examples from the operation documents, given by their paths below operations/. */
export function buildExamples(documents: Readonly<Record<string, string>>): Example[] {
  const paths = Object.keys(documents).filter((path) => !path.endsWith("/fragments.graphql"));
  const examples = paths.map((path): Example => {
    const [api, file = ""] = path.split("/") as [Api, string?];
    return { api, name: file.replace(".graphql", ""), query: withFragments(documents[path] ?? "", documents[`${api}/fragments.graphql`]) };
  });
  const sortKey = ({ api, name }: Example) => String(exampleOrder[api].indexOf(name) + 1 || 999).padStart(3, "0") + name;
  return examples.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

/** A document may hold no fragment that it does not use. */
function withFragments(document: string, fragments = ""): string {
  const missing = fragments.split(/^(?=fragment )/m).filter((fragment) => {
    const name = /^fragment (\w+)/.exec(fragment)?.[1];
    return name && new RegExp(`\\.\\.\\.\\s*${name}\\b`).test(document) && !document.includes(`fragment ${name} `);
  });
  return missing.length === 0 ? document.trimEnd() : withFragments(`${document.trimEnd()}\n\n${missing.join("")}`, fragments);
}

export function variablesOf({ api, name }: Example, state: ExampleState): Values {
  return exampleVariables[`${api}/${name}`]?.(state) ?? {};
}

export function headersOf({ api, query }: Example, state: ExampleState): Record<string, string> {
  if (api === "management") return { Authorization: `Bearer ${state.secretKey ?? placeholders.secretKey}` };
  const { sessionToken = /^#.*Authorization/m.test(query) ? "lk_ses_..." : undefined } = state;
  return { "X-App-Key": state.appKey ?? placeholders.appKey, ...(sessionToken ? { Authorization: `Bearer ${sessionToken}` } : {}) };
}

/** What an exchange teaches: the credentials and words that were sent, the tokens that came back. */
export function updateState(state: ExampleState, { api, variables, headers, answer }: Exchange): ExampleState {
  const { data } = Object(answer) as Values;
  const sent = new Map(namedStrings(variables));
  const received = new Map(namedStrings(data));
  const isRefused = received.size === 0 || received.has("message");
  // The ticket of a resend names nothing; the one of the sign-up stays.
  if ("resendSignUpCode" in Object(data)) received.delete("ticket");
  const known: Record<string, unknown> = { ...state };
  const capture = (name: keyof ExampleState, ...values: readonly unknown[]) => {
    const value = values.find((candidate) => candidate !== undefined);
    if (value !== undefined) known[name] = value;
  };
  if (received.has("ticket") || (sent.has("code") && !isRefused)) delete known["code"];
  capture("mailbox", sent.get("handleEmail"), sent.get("inputEmail"), sent.get("phone"));
  const isOtherAddress = operationsOnOtherAddresses.some((operation) => operation in Object(data));
  // A back end manages other users, so their addresses differ from the example user's.
  if (api === "authentication")
    capture("email", received.get("userEmail"), received.get("meEmail"), isOtherAddress ? undefined : sent.get("handleEmail"));
  capture("userId", received.get("meId"));
  const { users, invitations } = Object((data as Values | undefined)?.["application"]) as Values;
  if (users && !state.userId) capture("userId", received.get("nodeId"));
  if (invitations && !state.invitationId) capture("invitationId", received.get("nodeId"));
  capture("password", sent.get("password"));
  if (sent.has("newPassword") && !isRefused) Object.assign(known, { password: sent.get("newPassword"), newPassword: state.password });
  capture("appKey", headers["X-App-Key"]);
  if (api === "management") capture("secretKey", /^Bearer (.+)$/i.exec(String(headers["Authorization"]))?.[1]);
  for (const name of capturedFields) capture(name, received.get(name));
  return known as unknown as ExampleState;
}

/** Every text in a value by its name; ids and addresses by whose they are, too. */
function* namedStrings(value: unknown, parent = ""): Generator<[string, string]> {
  for (const [key, item] of Object.entries(Object(value) as Values)) {
    const name = Array.isArray(value) ? parent : key;
    if (typeof item === "string")
      yield [isQualifiedByParent(name) ? parent.replace(/s$/, "") + name[0]?.toUpperCase() + name.slice(1) : name, item];
    else if (typeof item === "object") yield* namedStrings(item, name);
  }
}

const isQualifiedByParent = (name: string) => name === "id" || name === "email";
