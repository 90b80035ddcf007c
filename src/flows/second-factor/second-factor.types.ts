import { Field, InputType, ObjectType } from "type-graphql";
import { DateTime, resultUnion } from "../../graphql/index.js";
import { LoggedIn } from "../log-in-states.types.js";
import { UserView } from "../user.types.js";

@ObjectType({
  description:
    "A new TOTP secret, shown only once. It becomes active with confirmTotp; until then, previously enrolled factors remain active.",
})
export class TotpEnrollment {
  @Field(() => String, { description: "160-bit secret in base 32, for manual entry in an authenticator app." })
  secret!: string;

  @Field(() => String, { description: "otpauth:// link with the secret, which opens an authenticator app on this device." })
  otpauthUrl!: string;

  @Field(() => String, { description: "The link as a QR code: a PNG image as a data URL." })
  qrCode!: string;

  @Field(() => DateTime, {
    description: "Expiry of the enrollment: ten minutes after its start. At most five codes are accepted for verification.",
  })
  expiresAt!: Date;
}

@InputType({ description: "Confirms the enrollment of an authenticator app." })
export class ConfirmTotpInput {
  @Field(() => String, { description: "The six-digit code that the app shows, as a string. It cannot be used again for a log-in." })
  code!: string;
}

@ObjectType({
  description: "The second factor is active and requested at log-in. All other sessions have ended; the user is notified by email.",
})
export class SecondFactorEnabled {
  @Field(() => [String], {
    description:
      "Ten new recovery codes, shown only once; each is valid once in place of a second factor code. Previous codes are invalid.",
  })
  recoveryCodes!: string[];

  @Field(() => LoggedIn, { nullable: true, description: "The new tokens, if this enrollment completed a log-in." })
  loggedIn!: LoggedIn | null;
}

@ObjectType({ description: "New recovery codes of the user." })
export class RecoveryCodes {
  @Field(() => [String], { description: "Ten recovery codes, shown only once; each is valid once. Previous codes are invalid." })
  recoveryCodes!: string[];
}

@ObjectType({
  description:
    "The second factor was removed; log-in requires the password only. All other sessions have ended; the user is notified by email.",
})
export class SecondFactorDisabled {
  @Field(() => UserView, { description: "The user whose second factor was removed." })
  user!: UserView;
}

export const EnrollTotpResult = resultUnion({
  name: "EnrollTotpResult",
  description: "The secret for the authenticator app, or the reason for the failure; SecondFactorOff if the application does not use TOTP.",
  states: [TotpEnrollment],
  failures: ["SECOND_FACTOR_OFF", "REAUTHENTICATION_REQUIRED"],
});

export const ConfirmTotpResult = resultUnion({
  name: "ConfirmTotpResult",
  description: "The activated factor, or the reason for the failure. After five wrong codes, call enrollTotp again.",
  states: [SecondFactorEnabled],
  failures: ["INVALID_CODE", "TOO_MANY_ATTEMPTS"],
});

export const RegenerateRecoveryCodesResult = resultUnion({
  name: "RegenerateRecoveryCodesResult",
  description: "The new codes, or the reason for the failure; SecondFactorOff if the user has no second factor.",
  states: [RecoveryCodes],
  failures: ["SECOND_FACTOR_OFF", "REAUTHENTICATION_REQUIRED"],
});

export const DisableSecondFactorResult = resultUnion({
  name: "DisableSecondFactorResult",
  description: "The removal, or ReauthenticationRequired.",
  states: [SecondFactorDisabled],
  failures: ["REAUTHENTICATION_REQUIRED"],
});

export const EnrollSmsResult = resultUnion({
  name: "EnrollSmsResult",
  description: "The activated factor, or the reason for the failure.",
  states: [SecondFactorEnabled],
  failures: ["PHONE_NOT_VERIFIED", "SECOND_FACTOR_OFF", "REAUTHENTICATION_REQUIRED"],
});
