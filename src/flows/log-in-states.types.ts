import { Field, ObjectType } from "type-graphql";
import type { SecondFactorModeSetting } from "../domain/applications/index.js";
import type { SecondFactorMethodName } from "../domain/authenticators/index.js";
import type { IssuedTokens, RequiresEnrollment, RequiresSecondFactor, SignInResult } from "../domain/sessions/index.js";
import { DateTime, enumType, SecondFactorMethod } from "../graphql/index.js";
import { UserView } from "./user.types.js";

@ObjectType({
  simpleResolvers: true,
  description:
    "The user is logged in. Send jwt to Realm or your own API; sessionToken and refreshToken are opaque and accepted by this gateway only.",
})
export class LoggedIn {
  @Field(() => UserView, { description: "The authenticated user." })
  user!: UserView;

  @Field(() => String, { description: "Signed token (RS256) for Realm or your own API; not accepted by this gateway." })
  jwt!: string;

  @Field(() => DateTime, { description: "Expiry of jwt; obtain a new one with issueJwt or refreshSession." })
  jwtExpiresAt!: Date;

  @Field(() => String, { description: "Bearer token for this gateway, sent as Authorization: Bearer <sessionToken>." })
  sessionToken!: string;

  @Field(() => DateTime, { description: "Expiry of sessionToken; refreshSession issues a new one." })
  sessionTokenExpiresAt!: Date;

  @Field(() => String, { description: "Single-use token for refreshSession. Store it where only the app can read it." })
  refreshToken!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "Store it on the device and send it with the next logIn; failed attempts by unrecognised clients then do not lock out this device.",
  })
  deviceToken!: string | null;

  static from({ user, kind: _, sessionId, authentication: __, ...tokens }: IssuedTokens): LoggedIn {
    return Object.assign(new LoggedIn(), tokens, { user: UserView.from(user, sessionId) });
  }
}

export const SecondFactorMode = enumType<SecondFactorModeSetting>("SecondFactorMode", "Second factor requested at log-in.", {
  NONE: "No second factor.",
  TOTP: "A code from Google Authenticator or another TOTP app (RFC 6238).",
  SMS: "A code sent to the verified phone number by SMS.",
});

@ObjectType({
  description: "The password was verified; a second factor is required. Continue with completeLogIn or completeReauthentication.",
})
export class SecondFactorRequired {
  @Field(() => String, {
    description: "Identifies this log-in; valid for one completion, five minutes and five attempts. Not a bearer token.",
  })
  challengeToken!: string;

  @Field(() => [SecondFactorMethod], { description: "Methods the user has enrolled." })
  methods!: readonly SecondFactorMethodName[];

  @Field(() => String, { nullable: true, description: "Masked phone number the code was sent to; null if no code was sent." })
  maskedPhone?: string | null;

  @Field(() => DateTime, { description: "Expiry of the challenge." })
  expiresAt!: Date;

  static from({ kind: _, ...fields }: RequiresSecondFactor): SecondFactorRequired {
    return Object.assign(new SecondFactorRequired(), fields);
  }
}

@ObjectType({ description: "The application requires a second factor and the user has not enrolled one." })
export class SecondFactorEnrollmentRequired {
  @Field(() => String, { description: "Bearer token that only permits enrolling a second factor." })
  enrollmentToken!: string;

  @Field(() => SecondFactorMode, { description: "Second factor required by the application." })
  mode!: SecondFactorModeSetting;

  @Field(() => DateTime, { description: "Expiry of enrollmentToken." })
  expiresAt!: Date;

  static from({ kind: _, ...fields }: RequiresEnrollment): SecondFactorEnrollmentRequired {
    return Object.assign(new SecondFactorEnrollmentRequired(), fields);
  }
}

type LogInState = LoggedIn | SecondFactorRequired | SecondFactorEnrollmentRequired;

/** The state a client continues from. Where an operation cannot lead to all of them, `State` names those it can. */
export function toLogInState<State extends LogInState = LogInState>(result: SignInResult): State {
  if (result.kind === "tokens-issued") return LoggedIn.from(result) as State;
  return (result.kind === "enrollment-required" ? SecondFactorEnrollmentRequired.from(result) : SecondFactorRequired.from(result)) as State;
}
