import type { Application, SecondFactorModeSetting } from "../applications/index.js";
import type { SecondFactorMethodName } from "../authenticators/index.js";
import type { JwtIssuer } from "../jwt/index.js";
import type { User } from "../users/index.js";
import type { SessionTokens } from "./sessions.js";

/** Everything a client gets when somebody is logged in. */
export interface IssuedTokens extends SessionTokens {
  readonly kind: "tokens-issued";
  readonly user: User;
  readonly jwt: string;
  readonly jwtExpiresAt: Date;
  /** Null where the device is not known anew, e.g. at a refresh. */
  readonly deviceToken: string | null;
}

/** The first factor was right, the second is still to be proved. */
export interface RequiresSecondFactor {
  readonly kind: "second-factor-required";
  readonly challengeToken: string;
  readonly methods: readonly SecondFactorMethodName[];
  /** Where a code was sent; null when none was. */
  readonly maskedPhone: string | null;
  readonly expiresAt: Date;
}
/** The application insists on a second factor, and there is none yet. */
export interface RequiresEnrollment {
  readonly kind: "enrollment-required";
  readonly enrollmentToken: string;
  readonly mode: SecondFactorModeSetting;
  readonly expiresAt: Date;
}
/** What a right first factor leads to. */
export type SignInResult = IssuedTokens | RequiresSecondFactor | RequiresEnrollment;

/** Adds the signed JWT to the tokens of a session that is already committed: signing needs no transaction. */
export class TokenIssuer {
  constructor(private readonly jwtIssuer: JwtIssuer) {}

  async issue(application: Application, user: User, tokens: SessionTokens, deviceToken: string | null = null): Promise<IssuedTokens> {
    const { jwt, expiresAt } = await this.jwtIssuer.issue(application, user, tokens.authentication);
    return { kind: "tokens-issued", user, jwt, jwtExpiresAt: expiresAt, deviceToken, ...tokens };
  }
}
