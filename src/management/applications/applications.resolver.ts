import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from "type-graphql";
import type { Services } from "../../app/services.js";
import { realmConfiguration } from "../../domain/jwt/index.js";
import type { ManagementContext } from "../../graphql/index.js";
import { GatewayError } from "../../platform/errors/index.js";
import { ManagedApplicationView } from "../application.types.js";
import { ApplicationKey, RealmConfigurationView, SigningKeyView, Viewer } from "./applications.types.js";

@Resolver(() => ManagedApplicationView)
export class ApplicationsResolver {
  constructor(private readonly services: Pick<Services, "signingKeys" | "publicUrl">) {}

  @Query(() => Viewer, {
    nullable: true,
    description: "The authenticated caller; null together with an UNAUTHENTICATED error without valid credentials.",
  })
  async viewer(@Ctx() context: ManagementContext): Promise<typeof Viewer> {
    const application = ManagedApplicationView.from(await context.authenticate());
    return Object.assign(new ApplicationKey(), { application });
  }

  @Query(() => ManagedApplicationView, {
    nullable: true,
    description: "An application. Null together with FORBIDDEN if the caller may not access it or it does not exist.",
  })
  async application(@Arg("id", () => ID) id: string, @Ctx() context: ManagementContext): Promise<ManagedApplicationView> {
    return ManagedApplicationView.from((await context.requireApplication(id)).application);
  }

  @FieldResolver(() => [SigningKeyView], { description: "Published signing keys: current, next and, after a rotation, previous." })
  async keys(@Root() { id }: ManagedApplicationView): Promise<SigningKeyView[]> {
    return (await this.services.signingKeys.listPublished(id)).map(SigningKeyView.from);
  }

  @FieldResolver(() => RealmConfigurationView, { description: "Configuration of a Realm app." })
  async realmConfiguration(@Root() { application }: ManagedApplicationView): Promise<RealmConfigurationView> {
    const [current] = await this.services.signingKeys.listPublished(application.id);
    if (!current) throw new GatewayError("FORBIDDEN");
    return Object.assign(new RealmConfigurationView(), realmConfiguration(application, this.services.publicUrl, current));
  }
}
