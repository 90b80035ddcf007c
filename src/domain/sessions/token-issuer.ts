import type { Application, SecondFactorModeSetting } from "../applications/index.js";
import type { SecondFactorMethodName } from "../authenticators/index.js";
import type { JwtIssuer } from "../jwt/index.js";
import type { User } from "../users/index.js";
import type { SessionTokens } from "./live-sessions.js";

/** All tokens a client receives after log-in or refresh. */
export interface IssuedTokens extends SessionTokens {
  readonly kind: "tokens-issued";
  readonly user: User;
  readonly jwt: string;
  readonly jwtExpiresAt: Date;
  /** Null when no device token is issued, e.g. at a refresh. */
  readonly deviceToken: string | null;
}

/** The first factor was verified; a second factor is required. */
export interface RequiresSecondFactor {
  readonly kind: "second-factor-required";
  readonly challengeToken: string;
  readonly methods: readonly SecondFactorMethodName[];
  /** Masked number to which a code was sent; null when none was sent. */
  readonly maskedPhone: string | null;
  readonly expiresAt: Date;
}
/** The application requires a second factor and the user has not enrolled one. */
export interface RequiresEnrollment {
  readonly kind: "enrollment-required";
  readonly enrollmentToken: string;
  readonly mode: SecondFactorModeSetting;
  readonly expiresAt: Date;
}
/** Result of a verified first factor. */
export type SignInResult = IssuedTokens | RequiresSecondFactor | RequiresEnrollment;

/** Adds a signed JWT to the tokens of a committed session, because signing needs no transaction. */
export class TokenIssuer {
  constructor(private readonly jwtIssuer: JwtIssuer) {}

  async issue(application: Application, user: User, tokens: SessionTokens, deviceToken: string | null = null): Promise<IssuedTokens> {
    const { jwt, expiresAt } = await this.jwtIssuer.issue(application, user, tokens.authentication, tokens.sessionExpiresAt);
    return { kind: "tokens-issued", user, jwt, jwtExpiresAt: expiresAt, deviceToken, ...tokens };
  }
}
