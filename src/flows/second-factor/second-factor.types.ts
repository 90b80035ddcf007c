import { createUnionType, Field, InputType, ObjectType } from "type-graphql";
import { InvalidCode, PhoneNotVerified, ReauthenticationRequired, SecondFactorOff, TooManyAttempts } from "../../errors/index.js";
import { LoggedIn } from "../../sessions/index.js";
import { DateTime, UserView } from "../../users/index.js";

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

export const EnrollTotpResult = createUnionType({
  name: "EnrollTotpResult",
  description: "What to set the authenticator application up with; or SecondFactorOff when the application takes no TOTP.",
  types: () => [TotpEnrollment, SecondFactorOff, ReauthenticationRequired] as const,
});

export const ConfirmTotpResult = createUnionType({
  name: "ConfirmTotpResult",
  description: "In force, or why not. After five wrong codes call enrollTotp again.",
  types: () => [SecondFactorEnabled, InvalidCode, TooManyAttempts] as const,
});

export const RegenerateRecoveryCodesResult = createUnionType({
  name: "RegenerateRecoveryCodesResult",
  description: "New codes; or SecondFactorOff when the user has no second factor.",
  types: () => [RecoveryCodes, SecondFactorOff, ReauthenticationRequired] as const,
});

export const DisableSecondFactorResult = createUnionType({
  name: "DisableSecondFactorResult",
  description: "Off, or prove first who is there.",
  types: () => [SecondFactorDisabled, ReauthenticationRequired] as const,
});

export const EnrollSmsResult = createUnionType({
  name: "EnrollSmsResult",
  description: "In force, or why not.",
  types: () => [SecondFactorEnabled, PhoneNotVerified, SecondFactorOff, ReauthenticationRequired] as const,
});
