import { Field, InputType, ObjectType } from "type-graphql";
import { DateTime, resultUnion } from "../../graphql/index.js";
import { LoggedIn } from "../log-in-states.types.js";
import { UserView } from "../user.types.js";

@ObjectType({ description: "A TOTP secret, shown this once. It counts from confirmTotp on; until then whatever was enrolled before does." })
export class TotpEnrollment {
  @Field(() => String, { description: "160 bits in base 32, for typing into an authenticator application." })
  secret!: string;

  @Field(() => String, { description: "The same as a link that opens an authenticator application on this device." })
  otpauthUrl!: string;

  @Field(() => String, { description: "The same as a QR code: a PNG image as data URL." })
  qrCode!: string;

  @Field(() => DateTime, { description: "Until when it can be confirmed: ten minutes, and five codes at most." })
  expiresAt!: Date;
}

@InputType({ description: "Proves that the authenticator application is set up." })
export class ConfirmTotpInput {
  @Field(() => String, { description: "The six digits it shows now, as text. They count as used." })
  code!: string;
}

@ObjectType({ description: "Log-in asks for the factor from now on. All other sessions have ended; the owner is told by mail." })
export class SecondFactorEnabled {
  @Field(() => [String], {
    description: "Ten new recovery codes, shown this once; each works once in the place of a code. Older ones are void.",
  })
  recoveryCodes!: string[];

  @Field(() => LoggedIn, { nullable: true, description: "Set when this enrollment completed a log-in." })
  loggedIn!: LoggedIn | null;
}

@ObjectType({ description: "The user's new recovery codes." })
export class RecoveryCodes {
  @Field(() => [String], { description: "Ten of them, shown this once; each works once. Older ones are void." })
  recoveryCodes!: string[];
}

@ObjectType({ description: "The password alone logs in. All other sessions have ended; the owner is told by mail." })
export class SecondFactorDisabled {
  @Field(() => UserView, { description: "Whose it was." })
  user!: UserView;
}

export const EnrollTotpResult = resultUnion({
  name: "EnrollTotpResult",
  description: "What to set the authenticator application up with; or SecondFactorOff when the application takes no TOTP.",
  states: [TotpEnrollment],
  failures: ["SECOND_FACTOR_OFF", "REAUTHENTICATION_REQUIRED"],
});

export const ConfirmTotpResult = resultUnion({
  name: "ConfirmTotpResult",
  description: "In force, or why not. After five wrong codes call enrollTotp again.",
  states: [SecondFactorEnabled],
  failures: ["INVALID_CODE", "TOO_MANY_ATTEMPTS"],
});

export const RegenerateRecoveryCodesResult = resultUnion({
  name: "RegenerateRecoveryCodesResult",
  description: "New codes; or SecondFactorOff when the user has no second factor.",
  states: [RecoveryCodes],
  failures: ["SECOND_FACTOR_OFF", "REAUTHENTICATION_REQUIRED"],
});

export const DisableSecondFactorResult = resultUnion({
  name: "DisableSecondFactorResult",
  description: "Off, or prove first who is there.",
  states: [SecondFactorDisabled],
  failures: ["REAUTHENTICATION_REQUIRED"],
});

export const EnrollSmsResult = resultUnion({
  name: "EnrollSmsResult",
  description: "In force, or why not.",
  states: [SecondFactorEnabled],
  failures: ["PHONE_NOT_VERIFIED", "SECOND_FACTOR_OFF", "REAUTHENTICATION_REQUIRED"],
});
