import { createUnionType, Field, ID, ObjectType, registerEnumType } from "type-graphql";
import type { SigningKeyState as KeyState, PublishedKey } from "../../domain/jwt/index.js";
import { DateTime } from "../../graphql/index.js";
import { ManagedApplicationView } from "../application.types.js";

export enum SigningKeyState {
  NEXT = "NEXT",
  CURRENT = "CURRENT",
  PREVIOUS = "PREVIOUS",
  REVOKED = "REVOKED",
}
registerEnumType(SigningKeyState, {
  name: "SigningKeyState",
  description: "Where a signing key is on its way.",
  valuesConfig: {
    NEXT: { description: "Published, does not sign yet." },
    CURRENT: { description: "Signs." },
    PREVIOUS: { description: "Signs no more; published while its tokens may live." },
    REVOKED: { description: "Neither signs nor is published." },
  },
});

@ObjectType("SigningKey", { description: "A key pair that signs or will sign the application's JWTs. The private half never leaves." })
export class SigningKeyView {
  @Field(() => ID, { description: "The kid of tokens it signs: its RFC 7638 thumbprint." })
  id!: string;

  @Field(() => SigningKeyState, { description: "Where it is on its way." })
  state!: KeyState;

  @Field(() => String, { description: "The public half (SPKI PEM, 451 characters: it fits a Realm secret)." })
  publicKeyPem!: string;

  @Field(() => DateTime, { description: "When it was made and first published." })
  createdAt!: Date;

  static from({ id, state, publicKeyPem, createdAt }: PublishedKey): SigningKeyView {
    return Object.assign(new SigningKeyView(), { id, state, publicKeyPem, createdAt });
  }
}

@ObjectType("RealmConfiguration", { description: "What to paste into a Realm app (Custom JWT authentication)." })
export class RealmConfigurationView {
  @Field(() => String, { description: "The contents of auth/providers.json, with the key set's URL." })
  providersJson!: string;

  @Field(() => String, { description: "The current public key, for a manual signing key instead of the URL." })
  publicKeyPem!: string;

  @Field(() => String, { description: "Where the key set is published." })
  jwksUrl!: string;
}

@ObjectType({ description: "A caller with an application's secret key: its own back end." })
export class ApplicationKey {
  @Field(() => ManagedApplicationView, { description: "The one application the key reaches." })
  application!: ManagedApplicationView;
}

export const Viewer = createUnionType({ name: "Viewer", description: "Who is calling.", types: () => [ApplicationKey] as const });
