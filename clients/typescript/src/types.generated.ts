/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** Accepts an invitation; the emailed code verifies the address. */
export type AcceptInvitationInput = {
  /** The eight-digit code from the email, as a string. */
  readonly code: string;
  /** The invited address. */
  readonly handle: AddressInput;
  /** Language of messages to the user. Default: the language of the invitation. */
  readonly locale?: string | null | undefined;
  /** Metadata provided by the user: fields with setBy USER. */
  readonly metadata?: { readonly [name: string]: unknown } | null | undefined;
  /** Password of the new user; must meet Application.password. Send it as typed, not hashed by the client. */
  readonly password: string;
};

/** An address to which messages can be sent. Exactly one member must be set; more members may be added later. */
export type AddressInput =
  {   /** Email address of at most 254 characters; letter case and surrounding white space are ignored. */
  readonly email: string; };

/** Request to change the address. */
export type ChangeHandleInput = {
  /** The new address. The code is sent to it; after confirmation the user logs in with it. */
  readonly handle: AddressInput;
};

/** The current password and its replacement. */
export type ChangePasswordInput = {
  /** Current password. */
  readonly currentPassword: string;
  /** New password; must meet Application.password. */
  readonly newPassword: string;
};

/** Answer to a SecondFactorRequired. */
export type CompleteLogInInput = {
  /** The challengeToken of the SecondFactorRequired. */
  readonly challengeToken: string;
  /** A second factor code. */
  readonly proof: SecondFactorProofInput;
};

/** Verifies the address of a sign-up. */
export type CompleteSignUpInput = {
  /** Code from the email, as a string of digits; leading zeros are significant. */
  readonly code: string;
  /** The address passed to signUp. */
  readonly handle: AddressInput;
  /** The ticket returned by signUp; it selects the sign-up whose password and metadata are confirmed. */
  readonly ticket?: string | null | undefined;
};

/** Verifies the new address. */
export type ConfirmHandleInput = {
  /** Code from the email, as a string of digits. */
  readonly code: string;
};

/** Confirms the enrollment of an authenticator app. */
export type ConfirmTotpInput = {
  /** The six-digit code that the app shows, as a string. It cannot be used again for a log-in. */
  readonly code: string;
};

/** Machine-readable code of an expected failure, described in the error catalogue of the documentation. */
export type ErrorCode =
  /** The account is suspended. At log-in returned only after a correct password. */
  | 'ACCOUNT_SUSPENDED'
  /** The challenge is unknown, already used, expired, replaced by a newer one or out of attempts: start again. */
  | 'CHALLENGE_ENDED'
  /** The application cannot send messages to this address or phone number. */
  | 'HANDLE_INVALID'
  /** The address has an account. Returned only where this need not be hidden: in the sign-up flow NONE and to the application's back end. */
  | 'HANDLE_UNAVAILABLE'
  /** The code is wrong, already used, expired or was replaced by a newer one. */
  | 'INVALID_CODE'
  /** The handle is unknown, the password is wrong or the sign-up is unfinished. These cases are not distinguished. */
  | 'INVALID_CREDENTIALS'
  /** The application does not accept invitations, does not accept them from users, or has reached its maximum number of users. */
  | 'INVITATIONS_CLOSED'
  /** The application does not support this language; Application.locales lists the supported ones. */
  | 'LOCALE_REFUSED'
  /** The metadata does not match the application's metadata fields; fields lists the rejected ones. */
  | 'METADATA_REFUSED'
  /** The password violates the application's password rules; violations lists them. */
  | 'PASSWORD_REFUSED'
  /** The phone number was not verified within the last ten minutes: call setPhone and verifyPhone first. */
  | 'PHONE_NOT_VERIFIED'
  /** The operation requires an authentication within the last five minutes: call reauthenticate, then try again. */
  | 'REAUTHENTICATION_REQUIRED'
  /** The application does not use this second factor, or the user has none. */
  | 'SECOND_FACTOR_OFF'
  /** The refresh token is unknown, already used or expired, or its session has ended: log in again. */
  | 'SESSION_ENDED'
  /** The application does not accept new users: sign-up is disabled or the maximum number of users is reached. */
  | 'SIGN_UP_CLOSED'
  /** Too many attempts: retry after retryAfterSeconds. The attempt was not evaluated. */
  | 'TOO_MANY_ATTEMPTS';

/** Request for a password reset. */
export type ForgotPasswordInput = {
  /** Account whose password is reset. */
  readonly handle: HandleInput;
};

/** Identifies an account. Exactly one member must be set; more members may be added later. */
export type HandleInput =
  {   /** Email address of the account. */
  readonly email: string; };

/** Identifies an invitation. */
export type InvitationIdInput = {
  /** Identifier of an invitation in me.invitations. */
  readonly invitationId: string | number;
};

/** Status of an invitation. */
export type InvitationStatus =
  /** Accepted by the invitee. */
  | 'ACCEPTED'
  /** Expired before it was accepted; resending renews its lifetime. */
  | 'EXPIRED'
  /** Can be accepted. */
  | 'PENDING'
  /** Revoked, or the address acquired an account in another way. */
  | 'REVOKED';

/** Invitation to be sent. */
export type InviteInput = {
  /** Address the invitation is sent to. */
  readonly handle: AddressInput;
  /** Language of the email. Default: the inviter's language. */
  readonly locale?: string | null | undefined;
  /** Metadata of the new user: fields with setBy USER, and fields with setBy INVITER set to one of their allowed values. */
  readonly metadata?: { readonly [name: string]: unknown } | null | undefined;
};

/** Options of the JWT. */
export type IssueJwtInput = {
  /** Reserved: applications currently have one kind of JWT, so omit it. */
  readonly profile?: string | null | undefined;
};

/** Credentials for log-in. */
export type LogInInput = {
  /** The deviceToken of an earlier log-in on this device; marks the request as coming from a recognised device. */
  readonly deviceToken?: string | null | undefined;
  /** Account to log in to. */
  readonly handle: HandleInput;
  /** Password, as typed; not hashed by the client. */
  readonly password: string;
};

/** Who may set the initial value of a metadata field. Use DEVELOPER or INVITER, never USER, for fields that grant permissions, such as roles. */
export type MetadataAuthority =
  /** Set by the application's back end or its developers only. */
  | 'DEVELOPER'
  /** Set by the inviter, to one of the allowed values; not by the user. */
  | 'INVITER'
  /** Set by the user, at sign-up or later. */
  | 'USER';

/** Type of a metadata field's value. */
export type MetadataType =
  /** True or false. */
  | 'BOOLEAN'
  /** An ISO 8601 date, or a date and time. */
  | 'DATE'
  /** Any JSON value within the size limits of metadata. */
  | 'JSON'
  /** A finite number; integers up to 2^53. */
  | 'NUMBER'
  /** Text of at most 4096 characters. */
  | 'STRING'
  /** A list of at most 100 strings. */
  | 'STRING_LIST';

/** A rule of Application.password that a password violates. */
export type PasswordViolation =
  /** Consists of the address, its local part or the application's name. */
  | 'CONTAINS_CONTEXT'
  /** Fewer than minimumDigit digits. */
  | 'NEEDS_DIGIT'
  /** Fewer than minimumLower lowercase letters. */
  | 'NEEDS_LOWER'
  /** Fewer than minimumSpecial characters that are neither letters nor digits. */
  | 'NEEDS_SPECIAL'
  /** Fewer than minimumUpper uppercase letters. */
  | 'NEEDS_UPPER'
  /** One of the most common passwords. */
  | 'TOO_COMMON'
  /** Longer than 256 characters or 1024 bytes of UTF-8. */
  | 'TOO_LONG'
  /** Shorter than minimumLength characters. */
  | 'TOO_SHORT';

/** Credentials for reauthentication. */
export type ReauthenticateInput =
  {   /** Current password. */
  readonly password: string; };

/** Refresh token to exchange. */
export type RefreshSessionInput = {
  /** The most recently issued refreshToken. */
  readonly refreshToken: string;
};

/** Identifies the sign-up whose code is sent again. */
export type ResendSignUpCodeInput = {
  /** The address passed to signUp. */
  readonly handle: AddressInput;
};

/** Verifies the address with the emailed code and sets a new password. */
export type ResetPasswordInput = {
  /** Code from the email, as a string of digits. */
  readonly code: string;
  /** Account whose password is reset. */
  readonly handle: HandleInput;
  /** New password; must meet Application.password. */
  readonly newPassword: string;
  /** The ticket returned by forgotPassword; wrong codes from other clients then do not count against this request. */
  readonly ticket?: string | null | undefined;
};

/** Identifies a session. */
export type RevokeSessionInput = {
  /** Identifier of a session in me.sessions. */
  readonly sessionId: string | number;
};

/** A second factor method. */
export type SecondFactorMethod =
  /** A code sent to the verified phone number by SMS. */
  | 'SMS'
  /** A code from Google Authenticator or another TOTP app (RFC 6238). */
  | 'TOTP';

/** Second factor requested at log-in. */
export type SecondFactorMode =
  /** No second factor. */
  | 'NONE'
  /** A code sent to the verified phone number by SMS. */
  | 'SMS'
  /** A code from Google Authenticator or another TOTP app (RFC 6238). */
  | 'TOTP';

/** A second factor code. */
export type SecondFactorProofInput =
  {   /** Six-digit code from the authenticator app or the text message. */
  readonly code: string; readonly recoveryCode?: never; }
  |  { readonly code?: never;   /** A recovery code; each is valid once. Letter case, spaces and dashes are ignored. */
  readonly recoveryCode: string; };

/** Identifies a log-in in progress. */
export type SendLogInCodeInput = {
  /** The challengeToken of a SecondFactorRequired whose methods include SMS. */
  readonly challengeToken: string;
};

/** Language of messages to the user. */
export type SetLocaleInput = {
  /** One of Application.locales, e.g. en. */
  readonly locale: string;
};

/** Metadata changes. */
export type SetMetadataInput = {
  /** Fields to set; null removes a field, fields that are not given remain unchanged. Fields that the user may not edit can be included with their current values. */
  readonly metadata: { readonly [name: string]: unknown };
};

/** Phone number to verify. */
export type SetPhoneInput = {
  /** Phone number in international format (E.164), e.g. +447700900123; spaces, dashes, dots, slashes and parentheses are ignored. */
  readonly phone: string;
};

/** How a new user verifies the address. */
export type SignUpFlow =
  /** A code of six to ten digits is sent by email and passed to completeSignUp. */
  | 'CODE'
  /** A link is sent by email; it opens a page with a confirmation button. Afterwards the user logs in. */
  | 'LINK'
  /** No verification: signUp logs the user in immediately, and its result discloses whether the address has an account. */
  | 'NONE';

/** Data of a new user. */
export type SignUpInput = {
  /** Address of the new user, used for verification and log-in. */
  readonly handle: AddressInput;
  /** Language of messages to the user, e.g. de. Default: the best match of Accept-Language, otherwise the application's default. */
  readonly locale?: string | null | undefined;
  /** Values of metadata fields with setBy USER. */
  readonly metadata?: { readonly [name: string]: unknown } | null | undefined;
  /** Password of the new user; must meet Application.password. Send it as typed, not hashed by the client. */
  readonly password: string;
};

/** Verifies the phone number. */
export type VerifyPhoneInput = {
  /** Code from the text message, as a string of digits. */
  readonly code: string;
};

export type AcceptInvitationMutationVariables = Exact<{
  input: AcceptInvitationInput;
}>;


export type AcceptInvitationMutation = { readonly acceptInvitation:
    | { readonly __typename: 'InvalidCode', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'InvitationsClosed', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'LoggedIn', readonly jwt: string, readonly jwtExpiresAt: string, readonly sessionToken: string, readonly sessionTokenExpiresAt: string, readonly refreshToken: string, readonly deviceToken: string | null, readonly user: { readonly id: string, readonly email: string | null, readonly metadata: { readonly [name: string]: unknown }, readonly locale: string } }
    | { readonly __typename: 'MetadataRefused', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly fields: ReadonlyArray<{ readonly path: string, readonly reason: string }> }
    | { readonly __typename: 'PasswordRefused', readonly violations: ReadonlyArray<PasswordViolation>, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'SecondFactorEnrollmentRequired', readonly enrollmentToken: string, readonly mode: SecondFactorMode, readonly expiresAt: string }
    | { readonly __typename: 'TooManyAttempts', readonly retryAfterSeconds: number, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };

export type ApplicationQueryVariables = Exact<{ [key: string]: never; }>;


export type ApplicationQuery = { readonly application: { readonly id: string, readonly name: string, readonly locales: ReadonlyArray<string>, readonly defaultLocale: string, readonly signUp: { readonly enabled: boolean, readonly flow: SignUpFlow }, readonly invitation: { readonly enabled: boolean, readonly usersMayInvite: boolean, readonly fields: ReadonlyArray<{ readonly path: string, readonly type: MetadataType, readonly required: boolean, readonly setBy: MetadataAuthority, readonly editable: boolean, readonly inToken: boolean }> }, readonly secondFactor: { readonly mode: SecondFactorMode, readonly required: boolean }, readonly password: { readonly minimumLength: number, readonly minimumUpper: number, readonly minimumLower: number, readonly minimumDigit: number, readonly minimumSpecial: number }, readonly metadataFields: ReadonlyArray<{ readonly path: string, readonly type: MetadataType, readonly required: boolean, readonly setBy: MetadataAuthority, readonly editable: boolean, readonly inToken: boolean }> } };

export type ChangeHandleMutationVariables = Exact<{
  input: ChangeHandleInput;
}>;


export type ChangeHandleMutation = { readonly changeHandle:
    | { readonly __typename: 'CodeSent', readonly expiresAt: string, readonly resendAvailableAt: string }
    | { readonly __typename: 'HandleInvalid', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'ReauthenticationRequired', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'TooManyAttempts', readonly retryAfterSeconds: number, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };

export type ChangePasswordMutationVariables = Exact<{
  input: ChangePasswordInput;
}>;


export type ChangePasswordMutation = { readonly changePassword:
    | { readonly __typename: 'InvalidCredentials', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'PasswordChanged', readonly user: { readonly id: string } }
    | { readonly __typename: 'PasswordRefused', readonly violations: ReadonlyArray<PasswordViolation>, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'ReauthenticationRequired', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'TooManyAttempts', readonly retryAfterSeconds: number, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };

export type CompleteLogInMutationVariables = Exact<{
  input: CompleteLogInInput;
}>;


export type CompleteLogInMutation = { readonly completeLogIn:
    | { readonly __typename: 'ChallengeEnded', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'InvalidCode', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'LoggedIn', readonly jwt: string, readonly jwtExpiresAt: string, readonly sessionToken: string, readonly sessionTokenExpiresAt: string, readonly refreshToken: string, readonly deviceToken: string | null, readonly user: { readonly id: string, readonly email: string | null, readonly metadata: { readonly [name: string]: unknown }, readonly locale: string } }
    | { readonly __typename: 'TooManyAttempts', readonly retryAfterSeconds: number, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };

export type CompleteReauthenticationMutationVariables = Exact<{
  input: CompleteLogInInput;
}>;


export type CompleteReauthenticationMutation = { readonly completeReauthentication:
    | { readonly __typename: 'ChallengeEnded', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'InvalidCode', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'Reauthenticated', readonly until: string }
    | { readonly __typename: 'TooManyAttempts', readonly retryAfterSeconds: number, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };

export type CompleteSignUpMutationVariables = Exact<{
  input: CompleteSignUpInput;
}>;


export type CompleteSignUpMutation = { readonly completeSignUp:
    | { readonly __typename: 'InvalidCode', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'LoggedIn', readonly jwt: string, readonly jwtExpiresAt: string, readonly sessionToken: string, readonly sessionTokenExpiresAt: string, readonly refreshToken: string, readonly deviceToken: string | null, readonly user: { readonly id: string, readonly email: string | null, readonly metadata: { readonly [name: string]: unknown }, readonly locale: string } }
    | { readonly __typename: 'SecondFactorEnrollmentRequired', readonly enrollmentToken: string, readonly mode: SecondFactorMode, readonly expiresAt: string }
    | { readonly __typename: 'TooManyAttempts', readonly retryAfterSeconds: number, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };

export type ConfirmHandleMutationVariables = Exact<{
  input: ConfirmHandleInput;
}>;


export type ConfirmHandleMutation = { readonly confirmHandle:
    | { readonly __typename: 'HandleChanged', readonly user: { readonly id: string, readonly email: string | null } }
    | { readonly __typename: 'InvalidCode', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'TooManyAttempts', readonly retryAfterSeconds: number, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };

export type ConfirmTotpMutationVariables = Exact<{
  input: ConfirmTotpInput;
}>;


export type ConfirmTotpMutation = { readonly confirmTotp:
    | { readonly __typename: 'InvalidCode', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'SecondFactorEnabled', readonly recoveryCodes: ReadonlyArray<string>, readonly loggedIn: { readonly jwt: string, readonly jwtExpiresAt: string, readonly sessionToken: string, readonly sessionTokenExpiresAt: string, readonly refreshToken: string, readonly deviceToken: string | null, readonly user: { readonly id: string, readonly email: string | null, readonly metadata: { readonly [name: string]: unknown }, readonly locale: string } } | null }
    | { readonly __typename: 'TooManyAttempts', readonly retryAfterSeconds: number, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };

export type DeleteAccountMutationVariables = Exact<{ [key: string]: never; }>;


export type DeleteAccountMutation = { readonly deleteAccount:
    | { readonly __typename: 'AccountDeleted', readonly deletedAt: string }
    | { readonly __typename: 'ReauthenticationRequired', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };

export type DisableSecondFactorMutationVariables = Exact<{ [key: string]: never; }>;


export type DisableSecondFactorMutation = { readonly disableSecondFactor:
    | { readonly __typename: 'ReauthenticationRequired', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'SecondFactorDisabled', readonly user: { readonly id: string } }
   };

export type EnrollSmsMutationVariables = Exact<{ [key: string]: never; }>;


export type EnrollSmsMutation = { readonly enrollSms:
    | { readonly __typename: 'PhoneNotVerified', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'ReauthenticationRequired', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'SecondFactorEnabled', readonly recoveryCodes: ReadonlyArray<string>, readonly loggedIn: { readonly jwt: string, readonly jwtExpiresAt: string, readonly sessionToken: string, readonly sessionTokenExpiresAt: string, readonly refreshToken: string, readonly deviceToken: string | null, readonly user: { readonly id: string, readonly email: string | null, readonly metadata: { readonly [name: string]: unknown }, readonly locale: string } } | null }
    | { readonly __typename: 'SecondFactorOff', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };

export type EnrollTotpMutationVariables = Exact<{ [key: string]: never; }>;


export type EnrollTotpMutation = { readonly enrollTotp:
    | { readonly __typename: 'ReauthenticationRequired', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'SecondFactorOff', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'TotpEnrollment', readonly secret: string, readonly otpauthUrl: string, readonly qrCode: string, readonly expiresAt: string }
   };

export type ForgotPasswordMutationVariables = Exact<{
  input: ForgotPasswordInput;
}>;


export type ForgotPasswordMutation = { readonly forgotPassword:
    | { readonly __typename: 'PasswordResetRequested', readonly ticket: string, readonly expiresAt: string, readonly resendAvailableAt: string }
    | { readonly __typename: 'TooManyAttempts', readonly retryAfterSeconds: number, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };

export type TokensFragment = { readonly jwt: string, readonly jwtExpiresAt: string, readonly sessionToken: string, readonly sessionTokenExpiresAt: string, readonly refreshToken: string, readonly deviceToken: string | null, readonly user: { readonly id: string, readonly email: string | null, readonly metadata: { readonly [name: string]: unknown }, readonly locale: string } };

type Failure_AccountSuspended_Fragment = { readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null };

type Failure_ChallengeEnded_Fragment = { readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null };

type Failure_HandleInvalid_Fragment = { readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null };

type Failure_HandleUnavailable_Fragment = { readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null };

type Failure_InvalidCode_Fragment = { readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null };

type Failure_InvalidCredentials_Fragment = { readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null };

type Failure_InvitationsClosed_Fragment = { readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null };

type Failure_LocaleRefused_Fragment = { readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null };

type Failure_MetadataRefused_Fragment = { readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly fields: ReadonlyArray<{ readonly path: string, readonly reason: string }> };

type Failure_PasswordRefused_Fragment = { readonly violations: ReadonlyArray<PasswordViolation>, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null };

type Failure_PhoneNotVerified_Fragment = { readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null };

type Failure_ReauthenticationRequired_Fragment = { readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null };

type Failure_SecondFactorOff_Fragment = { readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null };

type Failure_SessionEnded_Fragment = { readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null };

type Failure_SignUpClosed_Fragment = { readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null };

type Failure_TooManyAttempts_Fragment = { readonly retryAfterSeconds: number, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null };

export type FailureFragment =
  | Failure_AccountSuspended_Fragment
  | Failure_ChallengeEnded_Fragment
  | Failure_HandleInvalid_Fragment
  | Failure_HandleUnavailable_Fragment
  | Failure_InvalidCode_Fragment
  | Failure_InvalidCredentials_Fragment
  | Failure_InvitationsClosed_Fragment
  | Failure_LocaleRefused_Fragment
  | Failure_MetadataRefused_Fragment
  | Failure_PasswordRefused_Fragment
  | Failure_PhoneNotVerified_Fragment
  | Failure_ReauthenticationRequired_Fragment
  | Failure_SecondFactorOff_Fragment
  | Failure_SessionEnded_Fragment
  | Failure_SignUpClosed_Fragment
  | Failure_TooManyAttempts_Fragment
;

export type InvitationsQueryVariables = Exact<{
  first?: number;
  after?: string | null | undefined;
}>;


export type InvitationsQuery = { readonly me: { readonly id: string, readonly invitations: { readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: { readonly id: string, readonly email: string, readonly status: InvitationStatus, readonly metadata: { readonly [name: string]: unknown }, readonly sentAt: string, readonly expiresAt: string } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } } | null };

export type InviteMutationVariables = Exact<{
  input: InviteInput;
}>;


export type InviteMutation = { readonly invite:
    | { readonly __typename: 'HandleInvalid', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'InvitationSent', readonly invitation: { readonly id: string, readonly email: string, readonly status: InvitationStatus, readonly metadata: { readonly [name: string]: unknown }, readonly sentAt: string, readonly expiresAt: string } }
    | { readonly __typename: 'InvitationsClosed', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'MetadataRefused', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly fields: ReadonlyArray<{ readonly path: string, readonly reason: string }> }
    | { readonly __typename: 'TooManyAttempts', readonly retryAfterSeconds: number, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };

export type IssueJwtMutationVariables = Exact<{
  input: IssueJwtInput;
}>;


export type IssueJwtMutation = { readonly issueJwt: { readonly jwt: string, readonly expiresAt: string } };

export type LogInMutationVariables = Exact<{
  input: LogInInput;
}>;


export type LogInMutation = { readonly logIn:
    | { readonly __typename: 'AccountSuspended', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'InvalidCredentials', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'LoggedIn', readonly jwt: string, readonly jwtExpiresAt: string, readonly sessionToken: string, readonly sessionTokenExpiresAt: string, readonly refreshToken: string, readonly deviceToken: string | null, readonly user: { readonly id: string, readonly email: string | null, readonly metadata: { readonly [name: string]: unknown }, readonly locale: string } }
    | { readonly __typename: 'SecondFactorEnrollmentRequired', readonly enrollmentToken: string, readonly mode: SecondFactorMode, readonly expiresAt: string }
    | { readonly __typename: 'SecondFactorRequired', readonly challengeToken: string, readonly methods: ReadonlyArray<SecondFactorMethod>, readonly maskedPhone: string | null, readonly expiresAt: string }
    | { readonly __typename: 'TooManyAttempts', readonly retryAfterSeconds: number, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };

export type LogOutMutationVariables = Exact<{ [key: string]: never; }>;


export type LogOutMutation = { readonly logOut: { readonly sessionsEnded: number } };

export type LogOutEverywhereMutationVariables = Exact<{ [key: string]: never; }>;


export type LogOutEverywhereMutation = { readonly logOutEverywhere: { readonly sessionsEnded: number } };

export type MeQueryVariables = Exact<{ [key: string]: never; }>;


export type MeQuery = { readonly me: { readonly id: string, readonly email: string | null, readonly isAnonymous: boolean, readonly metadata: { readonly [name: string]: unknown }, readonly locale: string, readonly createdAt: string, readonly recoveryCodesLeft: number, readonly phone: { readonly masked: string, readonly isVerified: boolean } | null, readonly secondFactors: ReadonlyArray<{ readonly id: string, readonly method: SecondFactorMethod, readonly enrolledAt: string, readonly lastUsedAt: string | null }>, readonly sessions: ReadonlyArray<{ readonly id: string, readonly createdAt: string, readonly lastUsedAt: string, readonly userAgent: string | null, readonly isCurrent: boolean, readonly authenticatedAt: string }> } | null };

export type ReauthenticateMutationVariables = Exact<{
  input: ReauthenticateInput;
}>;


export type ReauthenticateMutation = { readonly reauthenticate:
    | { readonly __typename: 'InvalidCredentials', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'Reauthenticated', readonly until: string }
    | { readonly __typename: 'SecondFactorRequired', readonly challengeToken: string, readonly methods: ReadonlyArray<SecondFactorMethod>, readonly maskedPhone: string | null, readonly expiresAt: string }
    | { readonly __typename: 'TooManyAttempts', readonly retryAfterSeconds: number, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };

export type RefreshSessionMutationVariables = Exact<{
  input: RefreshSessionInput;
}>;


export type RefreshSessionMutation = { readonly refreshSession:
    | { readonly __typename: 'LoggedIn', readonly jwt: string, readonly jwtExpiresAt: string, readonly sessionToken: string, readonly sessionTokenExpiresAt: string, readonly refreshToken: string, readonly deviceToken: string | null, readonly user: { readonly id: string, readonly email: string | null, readonly metadata: { readonly [name: string]: unknown }, readonly locale: string } }
    | { readonly __typename: 'SessionEnded', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'TooManyAttempts', readonly retryAfterSeconds: number, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };

export type RegenerateRecoveryCodesMutationVariables = Exact<{ [key: string]: never; }>;


export type RegenerateRecoveryCodesMutation = { readonly regenerateRecoveryCodes:
    | { readonly __typename: 'ReauthenticationRequired', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'RecoveryCodes', readonly recoveryCodes: ReadonlyArray<string> }
    | { readonly __typename: 'SecondFactorOff', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };

export type RemovePhoneMutationVariables = Exact<{ [key: string]: never; }>;


export type RemovePhoneMutation = { readonly removePhone:
    | { readonly __typename: 'ProfileUpdated', readonly user: { readonly id: string, readonly phone: { readonly masked: string, readonly isVerified: boolean } | null } }
    | { readonly __typename: 'ReauthenticationRequired', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };

export type ResendInvitationMutationVariables = Exact<{
  input: InvitationIdInput;
}>;


export type ResendInvitationMutation = { readonly resendInvitation:
    | { readonly __typename: 'HandleInvalid', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'InvitationSent', readonly invitation: { readonly id: string, readonly email: string, readonly status: InvitationStatus, readonly metadata: { readonly [name: string]: unknown }, readonly sentAt: string, readonly expiresAt: string } }
    | { readonly __typename: 'InvitationsClosed', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'MetadataRefused', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly fields: ReadonlyArray<{ readonly path: string, readonly reason: string }> }
    | { readonly __typename: 'TooManyAttempts', readonly retryAfterSeconds: number, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };

export type ResendSignUpCodeMutationVariables = Exact<{
  input: ResendSignUpCodeInput;
}>;


export type ResendSignUpCodeMutation = { readonly resendSignUpCode:
    | { readonly __typename: 'ConfirmationSent', readonly ticket: string, readonly expiresAt: string, readonly resendAvailableAt: string }
    | { readonly __typename: 'HandleInvalid', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'TooManyAttempts', readonly retryAfterSeconds: number, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };

export type ResetPasswordMutationVariables = Exact<{
  input: ResetPasswordInput;
}>;


export type ResetPasswordMutation = { readonly resetPassword:
    | { readonly __typename: 'InvalidCode', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'PasswordRefused', readonly violations: ReadonlyArray<PasswordViolation>, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'PasswordReset', readonly sessionsEnded: number, readonly deviceToken: string | null }
    | { readonly __typename: 'TooManyAttempts', readonly retryAfterSeconds: number, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };

export type RevokeInvitationMutationVariables = Exact<{
  input: InvitationIdInput;
}>;


export type RevokeInvitationMutation = { readonly revokeInvitation: { readonly invitation: { readonly id: string, readonly status: InvitationStatus } } };

export type RevokeSessionMutationVariables = Exact<{
  input: RevokeSessionInput;
}>;


export type RevokeSessionMutation = { readonly revokeSession: { readonly sessionsEnded: number } };

export type SendLogInCodeMutationVariables = Exact<{
  input: SendLogInCodeInput;
}>;


export type SendLogInCodeMutation = { readonly sendLogInCode:
    | { readonly __typename: 'ChallengeEnded', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'CodeSent', readonly expiresAt: string, readonly resendAvailableAt: string }
    | { readonly __typename: 'TooManyAttempts', readonly retryAfterSeconds: number, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };

export type SetLocaleMutationVariables = Exact<{
  input: SetLocaleInput;
}>;


export type SetLocaleMutation = { readonly setLocale:
    | { readonly __typename: 'LocaleRefused', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'ProfileUpdated', readonly user: { readonly id: string, readonly locale: string } }
   };

export type SetMetadataMutationVariables = Exact<{
  input: SetMetadataInput;
}>;


export type SetMetadataMutation = { readonly setMetadata:
    | { readonly __typename: 'MetadataRefused', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly fields: ReadonlyArray<{ readonly path: string, readonly reason: string }> }
    | { readonly __typename: 'ProfileUpdated', readonly user: { readonly id: string, readonly metadata: { readonly [name: string]: unknown } } }
   };

export type SetPhoneMutationVariables = Exact<{
  input: SetPhoneInput;
}>;


export type SetPhoneMutation = { readonly setPhone:
    | { readonly __typename: 'CodeSent', readonly expiresAt: string, readonly resendAvailableAt: string }
    | { readonly __typename: 'HandleInvalid', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'ReauthenticationRequired', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'TooManyAttempts', readonly retryAfterSeconds: number, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };

export type SignUpMutationVariables = Exact<{
  input: SignUpInput;
}>;


export type SignUpMutation = { readonly signUp:
    | { readonly __typename: 'ConfirmationSent', readonly ticket: string, readonly expiresAt: string, readonly resendAvailableAt: string }
    | { readonly __typename: 'HandleInvalid', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'HandleUnavailable', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'LoggedIn', readonly jwt: string, readonly jwtExpiresAt: string, readonly sessionToken: string, readonly sessionTokenExpiresAt: string, readonly refreshToken: string, readonly deviceToken: string | null, readonly user: { readonly id: string, readonly email: string | null, readonly metadata: { readonly [name: string]: unknown }, readonly locale: string } }
    | { readonly __typename: 'MetadataRefused', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null, readonly fields: ReadonlyArray<{ readonly path: string, readonly reason: string }> }
    | { readonly __typename: 'PasswordRefused', readonly violations: ReadonlyArray<PasswordViolation>, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'SecondFactorEnrollmentRequired', readonly enrollmentToken: string, readonly mode: SecondFactorMode, readonly expiresAt: string }
    | { readonly __typename: 'SignUpClosed', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'TooManyAttempts', readonly retryAfterSeconds: number, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };

export type VerifyPhoneMutationVariables = Exact<{
  input: VerifyPhoneInput;
}>;


export type VerifyPhoneMutation = { readonly verifyPhone:
    | { readonly __typename: 'InvalidCode', readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly __typename: 'PhoneVerified', readonly user: { readonly id: string, readonly phone: { readonly masked: string, readonly isVerified: boolean } | null } }
    | { readonly __typename: 'TooManyAttempts', readonly retryAfterSeconds: number, readonly code: ErrorCode, readonly message: string, readonly path: ReadonlyArray<string> | null }
   };
