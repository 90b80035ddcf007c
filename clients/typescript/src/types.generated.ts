/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** Accepts an invitation: the mailed code proves the address. */
export type AcceptInvitationInput = {
  /** The eight digits of the mail, as text. */
  readonly code: string;
  /** The invited address. */
  readonly handle: AddressInput;
  /** Language of messages; the invitation's when left out. */
  readonly locale?: string | null | undefined;
  /** Metadata the user gives: fields of setBy USER. */
  readonly metadata?: { readonly [name: string]: unknown } | null | undefined;
  /** The new user's password; Application.password says what it must be like. */
  readonly password: string;
};

/** Where a message can be sent. More members may follow (phone). */
export type AddressInput =
  {   /** An e-mail address of at most 254 characters; case and white space around it do not matter. */
  readonly email: string; };

/** The new address. */
export type ChangeHandleInput = {
  /** Where the code goes, and what the user logs in with once it is confirmed. */
  readonly handle: AddressInput;
};

/** The old password proves, the new one replaces it. */
export type ChangePasswordInput = {
  /** The password as it is. */
  readonly currentPassword: string;
  /** The new password; Application.password says what it must be like. */
  readonly newPassword: string;
};

/** Answers a SecondFactorRequired. */
export type CompleteLogInInput = {
  /** The challengeToken that came with it. */
  readonly challengeToken: string;
  /** What proves the second factor. */
  readonly proof: SecondFactorProofInput;
};

/** Proves the address of a sign-up. */
export type CompleteSignUpInput = {
  /** The digits of the mail, as text: leading zeros count. */
  readonly code: string;
  /** The address given to signUp. */
  readonly handle: AddressInput;
  /** The ticket signUp answered with: it chooses whose password and metadata are confirmed. */
  readonly ticket?: string | null | undefined;
};

/** Proves the new address. */
export type ConfirmHandleInput = {
  /** The digits of the mail, as text. */
  readonly code: string;
};

/** Proves that the authenticator application is set up. */
export type ConfirmTotpInput = {
  /** The six digits it shows now, as text. They count as used. */
  readonly code: string;
};

/** What went wrong, for programs. The error catalogue in the documentation explains every value. */
export type ErrorCode =
  /** This account is suspended. At log-in told only after the right password. */
  | 'ACCOUNT_SUSPENDED'
  /** The challenge is unknown, used, expired, replaced by a newer one or was answered wrongly too often: start again. */
  | 'CHALLENGE_ENDED'
  /** The address or phone number is not one this application can send to. */
  | 'HANDLE_INVALID'
  /** The address has an account. Told where it cannot or need not be hidden: sign-up flow NONE, and to the application's own back end. */
  | 'HANDLE_UNAVAILABLE'
  /** The code is wrong, used, expired or was replaced by a newer one. */
  | 'INVALID_CODE'
  /** Unknown handle, wrong password or unfinished sign-up: one answer for all of them. */
  | 'INVALID_CREDENTIALS'
  /** The application takes no invitations, not from its users, or no more users. */
  | 'INVITATIONS_CLOSED'
  /** The application does not speak this language; Application.locales lists those it does. */
  | 'LOCALE_REFUSED'
  /** Metadata does not fit the application's fields; fields lists which. */
  | 'METADATA_REFUSED'
  /** The password breaks the application's rules; violations lists which. */
  | 'PASSWORD_REFUSED'
  /** The phone number was not verified within the last ten minutes: call setPhone and verifyPhone first. */
  | 'PHONE_NOT_VERIFIED'
  /** This needs a proof of the last five minutes: call reauthenticate, then try again. */
  | 'REAUTHENTICATION_REQUIRED'
  /** The application does not take this second factor, or the user has none. */
  | 'SECOND_FACTOR_OFF'
  /** The refresh token is unknown, used, expired or its session has ended: log in again. */
  | 'SESSION_ENDED'
  /** The application takes no new users: sign-up is off or the application is full. */
  | 'SIGN_UP_CLOSED'
  /** Too many attempts: wait retryAfterSeconds; nothing was tested meanwhile. */
  | 'TOO_MANY_ATTEMPTS';

/** Who forgot their password. */
export type ForgotPasswordInput = {
  /** The account. */
  readonly handle: HandleInput;
};

/** How a user names themself at log-in. */
export type HandleInput =
  {   /** The e-mail address of the account. */
  readonly email: string; };

/** Which invitation. */
export type InvitationIdInput = {
  /** One of me.invitations. */
  readonly invitationId: string | number;
};

/** What became of an invitation. */
export type InvitationStatus =
  /** A user has joined with it. */
  | 'ACCEPTED'
  /** It was not accepted in time; resending it starts its lifetime again. */
  | 'EXPIRED'
  /** It can be accepted. */
  | 'PENDING'
  /** It was revoked, or the address has an account by another way. */
  | 'REVOKED';

/** Whom to invite. */
export type InviteInput = {
  /** Where the invitation goes. */
  readonly handle: AddressInput;
  /** Language of the mail; the inviter's when left out. */
  readonly locale?: string | null | undefined;
  /** Metadata of the new user: fields of setBy USER, and those of INVITER with one of their allowed values. */
  readonly metadata?: { readonly [name: string]: unknown } | null | undefined;
};

/** What the token is for. */
export type IssueJwtInput = {
  /** Leave it out: the application has one kind of token, Realm's. */
  readonly profile?: string | null | undefined;
};

/** Handle and password. */
export type LogInInput = {
  /** The deviceToken of an earlier log-in on this device. */
  readonly deviceToken?: string | null | undefined;
  /** Who logs in. */
  readonly handle: HandleInput;
  /** The password, exactly as chosen. */
  readonly password: string;
};

/** Who may give a field its first value. A role is DEVELOPER or INVITER, never USER. */
export type MetadataAuthority =
  /** Only the application's own back end or its developers. */
  | 'DEVELOPER'
  /** Whoever invites, from the allowed values; the user may not. */
  | 'INVITER'
  /** The user, at sign-up or later. */
  | 'USER';

/** What a metadata field holds. */
export type MetadataType =
  /** true or false. */
  | 'BOOLEAN'
  /** An ISO 8601 date, or date and time. */
  | 'DATE'
  /** Any JSON value within the limits of metadata. */
  | 'JSON'
  /** A finite number; whole ones up to 2^53. */
  | 'NUMBER'
  /** Text of at most 4096 characters. */
  | 'STRING'
  /** A list of at most 100 texts. */
  | 'STRING_LIST';

/** A rule of Application.password that a password breaks. */
export type PasswordViolation =
  /** Made of the address, its local part or the application's name. */
  | 'CONTAINS_CONTEXT'
  /** Fewer than minimumDigit digits. */
  | 'NEEDS_DIGIT'
  /** Fewer than minimumLower small letters. */
  | 'NEEDS_LOWER'
  /** Fewer than minimumSpecial characters that are neither letters nor digits. */
  | 'NEEDS_SPECIAL'
  /** Fewer than minimumUpper capital letters. */
  | 'NEEDS_UPPER'
  /** Among the most common passwords. */
  | 'TOO_COMMON'
  /** Longer than 256 characters or 1024 bytes of UTF-8. */
  | 'TOO_LONG'
  /** Shorter than minimumLength characters. */
  | 'TOO_SHORT';

/** Whatever opened the account proves its owner again. */
export type ReauthenticateInput =
  {   /** The current password. */
  readonly password: string; };

/** The token to exchange. */
export type RefreshSessionInput = {
  /** The refreshToken of the last answer. */
  readonly refreshToken: string;
};

/** Whose code to send again. */
export type ResendSignUpCodeInput = {
  /** The address given to signUp. */
  readonly handle: AddressInput;
};

/** Proves the mailbox and chooses a new password. */
export type ResetPasswordInput = {
  /** The digits of the mail, as text. */
  readonly code: string;
  /** The account. */
  readonly handle: HandleInput;
  /** The new password; Application.password says what it must be like. */
  readonly newPassword: string;
  /** The ticket forgotPassword answered with: wrong codes of strangers then do not count against you. */
  readonly ticket?: string | null | undefined;
};

/** Which session. */
export type RevokeSessionInput = {
  /** One of me.sessions. */
  readonly sessionId: string | number;
};

/** A way to prove the second factor. */
export type SecondFactorMethod =
  /** A code sent by SMS. */
  | 'SMS'
  /** Google Authenticator or another TOTP application. */
  | 'TOTP';

/** What the application asks for at log-in beside the password. */
export type SecondFactorMode =
  /** Nothing more. */
  | 'NONE'
  /** A code sent by SMS to the verified phone. */
  | 'SMS'
  /** A code of Google Authenticator or another TOTP application (RFC 6238). */
  | 'TOTP';

/** What proves the second factor. */
export type SecondFactorProofInput =
  {   /** Six digits: of the authenticator application, or of the SMS. */
  readonly code: string; readonly recoveryCode?: never; }
  |  { readonly code?: never;   /** One of the recovery codes; each works once. Capital or small letters, spaces and dashes make no difference. */
  readonly recoveryCode: string; };

/** Which log-in. */
export type SendLogInCodeInput = {
  /** The challengeToken of a SecondFactorRequired whose methods include SMS. */
  readonly challengeToken: string;
};

/** The language of messages. */
export type SetLocaleInput = {
  /** One of Application.locales, e.g. en. */
  readonly locale: string;
};

/** What to change in the metadata. */
export type SetMetadataInput = {
  /** Given fields are set, null removes one, all others stay. Fields you may not touch may be sent back as they are. */
  readonly metadata: { readonly [name: string]: unknown };
};

/** A phone number. */
export type SetPhoneInput = {
  /** With a plus and the country's code (E.164), e.g. +447700900123; blanks, dashes, dots, slashes and brackets do not matter. */
  readonly phone: string;
};

/** How a new user proves the address. */
export type SignUpFlow =
  /** Six digits by mail, given to completeSignUp. */
  | 'CODE'
  /** A link by mail that opens a page with a button; then the user logs in. */
  | 'LINK'
  /** Not at all: signUp logs in at once, and cannot hide that an address is taken. */
  | 'NONE';

/** What a new user gives. */
export type SignUpInput = {
  /** The address to prove and to log in with later. */
  readonly handle: AddressInput;
  /** Language of messages to the user, e.g. de; else Accept-Language, else the application's. */
  readonly locale?: string | null | undefined;
  /** Values for the application's metadata fields that users may set. */
  readonly metadata?: { readonly [name: string]: unknown } | null | undefined;
  /** The new password; Application.password says what it must be like. Sent as typed, never hashed. */
  readonly password: string;
};

/** Proves the number. */
export type VerifyPhoneInput = {
  /** The digits of the text message, as text. */
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
