import { createUnionType, Field, ID, ObjectType } from "type-graphql";
import type { SigningKeyState as KeyState, PublishedKey } from "../../domain/jwt/index.js";
import { DateTime, enumType } from "../../graphql/index.js";
import { ManagedApplicationView } from "../application.types.js";

export const SigningKeyState = enumType<KeyState>("SigningKeyState", "State of a signing key in its rotation.", {
  NEXT: "Published, not yet used for signing.",
  CURRENT: "Used for signing.",
  PREVIOUS: "No longer used for signing; published until the tokens it signed have expired.",
  REVOKED: "Neither used for signing nor published.",
});

@ObjectType("SigningKey", { description: "A key pair for signing the application's JWTs. The private key never leaves the gateway." })
export class SigningKeyView {
  @Field(() => ID, { description: "`kid` header of the tokens it signs: its RFC 7638 thumbprint." })
  id!: string;

  @Field(() => SigningKeyState, { description: "State in the rotation." })
  state!: KeyState;

  @Field(() => String, { description: "Public key as SPKI PEM; with 451 characters it fits into a Realm secret." })
  publicKeyPem!: string;

  @Field(() => DateTime, { description: "Time of creation and first publication." })
  createdAt!: Date;

  static from({ id, state, publicKeyPem, createdAt }: PublishedKey): SigningKeyView {
    return Object.assign(new SigningKeyView(), { id, state, publicKeyPem, createdAt });
  }
}

@ObjectType("RealmConfiguration", { description: "Configuration of a Realm app with Custom JWT authentication." })
export class RealmConfigurationView {
  @Field(() => String, { description: "Contents of auth/providers.json, with the URL of the key set." })
  providersJson!: string;

  @Field(() => String, { description: "Current public key, for a manually configured signing key instead of the URL." })
  publicKeyPem!: string;

  @Field(() => String, { description: "URL of the published key set." })
  jwksUrl!: string;
}

@ObjectType({ description: "A caller that authenticates with an application's secret key: the application's back end." })
export class ApplicationKey {
  @Field(() => ManagedApplicationView, { description: "The application the secret key belongs to." })
  application!: ManagedApplicationView;
}

export const Viewer = createUnionType({ name: "Viewer", description: "The authenticated caller.", types: () => [ApplicationKey] as const });
