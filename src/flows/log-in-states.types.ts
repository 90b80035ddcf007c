import { Field, ObjectType, registerEnumType } from "type-graphql";
import { type SecondFactorModeSetting, secondFactorModes } from "../domain/applications/index.js";
import type { SecondFactorMethodName } from "../domain/authenticators/index.js";
import type { IssuedTokens, RequiresEnrollment, RequiresSecondFactor, SignInResult } from "../domain/sessions/index.js";
import { DateTime, SecondFactorMethod } from "../graphql/index.js";
import { UserView } from "./user.types.js";

@ObjectType({
  simpleResolvers: true,
  description: "Logged in. jwt goes to Realm or to your own API; sessionToken and refreshToken are opaque and work at this gateway only.",
})
export class LoggedIn {
  @Field(() => UserView, { description: "Who is logged in." })
  user!: UserView;

  @Field(() => String, { description: "Signed token (RS256) for Realm or your own API; not accepted by this gateway." })
  jwt!: string;

  @Field(() => DateTime, { description: "When jwt expires; ask for a new one with issueJwt or refreshSession." })
  jwtExpiresAt!: Date;

  @Field(() => String, { description: "Bearer for this gateway: Authorization: Bearer <sessionToken>." })
  sessionToken!: string;

  @Field(() => DateTime, { description: "When sessionToken expires; refreshSession gives a new one." })
  sessionTokenExpiresAt!: Date;

  @Field(() => String, { description: "For refreshSession, once. Keep it where only the app can read it." })
  refreshToken!: string;

  @Field(() => String, {
    nullable: true,
    description: "Keep it on the device and send it with the next logIn: strangers guessing your password cannot lock this device out.",
  })
  deviceToken!: string | null;

  static from({ user, kind: _, sessionId, authentication: __, ...tokens }: IssuedTokens): LoggedIn {
    return Object.assign(new LoggedIn(), tokens, { user: UserView.from(user, sessionId) });
  }
}

export const SecondFactorMode = Object.fromEntries(secondFactorModes.map((mode) => [mode, mode])) as {
  [Mode in SecondFactorModeSetting]: Mode;
};
registerEnumType(SecondFactorMode, {
  name: "SecondFactorMode",
  description: "What the application asks for at log-in beside the password.",
  valuesConfig: {
    NONE: { description: "Nothing more." },
    TOTP: { description: "A code of Google Authenticator or another TOTP application (RFC 6238)." },
    SMS: { description: "A code sent by SMS to the verified phone." },
  },
});

@ObjectType({ description: "The password was right; the second factor is still to be proved." })
export class SecondFactorRequired {
  @Field(() => String, { description: "Names this log-in; good for one completion within five minutes and five attempts. No bearer." })
  challengeToken!: string;

  @Field(() => [SecondFactorMethod], { description: "What the user has enrolled." })
  methods!: readonly SecondFactorMethodName[];

  @Field(() => String, { nullable: true, description: "Where a code was sent, all but its last digits hidden; null when none was." })
  maskedPhone?: string | null;

  @Field(() => DateTime, { description: "Until when it can be completed." })
  expiresAt!: Date;

  static from({ kind: _, ...fields }: RequiresSecondFactor): SecondFactorRequired {
    return Object.assign(new SecondFactorRequired(), fields);
  }
}

@ObjectType({ description: "The application insists on a second factor and the user has none yet." })
export class SecondFactorEnrollmentRequired {
  @Field(() => String, { description: "Bearer for enrolling a second factor and nothing else." })
  enrollmentToken!: string;

  @Field(() => SecondFactorMode, { description: "The factor the application asks for." })
  mode!: SecondFactorModeSetting;

  @Field(() => DateTime, { description: "Until when the enrollment can be finished." })
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
