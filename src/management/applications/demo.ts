import type { Services } from "../../app/services.js";
import { type Application, issuerOf } from "../../domain/applications/index.js";
import { internalContext } from "../../domain/request-context.js";
import { isUniqueViolation } from "../../platform/database/index.js";
import { ApplicationLifecycle } from "./application-lifecycle.js";

/** A fixed id, so that all processes find the same Demo application. */
export const DEMO_APPLICATION_ID = "de300000-0000-4000-8000-000000000001";

type DemoServices = Pick<Services, "applicationRegistry" | "applicationKeys" | "publicUrl" | "keyring">;

const settings = {
  locales: { default: "en", supported: ["en", "de", "fr"] },
  metadata: {
    fields: [
      { path: "user_data.name.first", name: "firstName" },
      { path: "user_data.name.last", name: "lastName" },
      { path: "role", type: "STRING", setBy: "DEVELOPER", editable: false, default: "member" },
    ],
  },
};

/** Creates the Demo application if it does not exist. Of several processes that start concurrently, one creates it. */
export async function seedDemo(services: DemoServices & ConstructorParameters<typeof ApplicationLifecycle>[0]): Promise<Application> {
  const lifecycle = new ApplicationLifecycle(services);
  const existing = await services.applicationRegistry.find(DEMO_APPLICATION_ID);
  if (existing) return existing;
  try {
    const draft = { id: DEMO_APPLICATION_ID, name: "Demo", ownerId: null, settings, ...demoKeys(services) };
    return (await lifecycle.create(internalContext("GATEWAY"), draft)).application;
  } catch (error) {
    const createdConcurrently = isUniqueViolation(error) ? await services.applicationRegistry.find(DEMO_APPLICATION_ID) : null;
    if (!createdConcurrently) throw error;
    return createdConcurrently;
  }
}

/** Environment variables with which an app uses the Demo application. */
export async function demoValues(services: DemoServices, { id, appKey }: Application): Promise<Record<string, string>> {
  const { secretKey } = demoKeys(services);
  const issuer = issuerOf(services.publicUrl, id);
  return {
    LATCHKEY_URL: `${services.publicUrl}/graphql`,
    LATCHKEY_APP_ID: id,
    LATCHKEY_APP_KEY: appKey,
    // After a rotation it is no longer valid, so it is not shown.
    ...((await services.applicationKeys.hasSecretKey(id, secretKey)) ? { LATCHKEY_SECRET_KEY: secretKey } : {}),
    LATCHKEY_ISSUER: issuer,
    LATCHKEY_JWKS_URL: `${issuer}/.well-known/jwks.json`,
  };
}

/** Derived from the keyring, so that every start can show them although only a hash of the secret key is stored. */
function demoKeys({ keyring }: DemoServices): { appKey: string; secretKey: string } {
  const derive = (use: string) => keyring.mac("token", "demo", use).toString("base64url");
  return { appKey: `lk_app_${derive("app-key")}`, secretKey: `lk_sec_${derive("secret-key")}` };
}
