import type { RequestContext } from "../request-context.js";
import type { ApplicationSettings } from "./settings/index.js";

/** A tenant. Its users and all their data belong to it alone. */
export interface Application {
  readonly id: string;
  readonly appKey: string;
  readonly settings: ApplicationSettings;
  /** Incremented by every change of the settings. */
  readonly settingsVersion: number;
  readonly ownerId: string | null;
  readonly createdAt: Date;
}

/** Request context of a use case that concerns one application. */
export type ApplicationContext = RequestContext<Application>;

/** Developers are stored as users of this tenant. It has no row and no keys, so it cannot be addressed or listed. */
export const RESERVED_APPLICATION_ID = "00000000-0000-4000-8000-000000000000";

/** URL of a link token. */
export const linkOf = (publicUrl: string, applicationId: string, token: string) => `${issuerOf(publicUrl, applicationId)}/links/${token}`;

/** The `iss` claim of an application's tokens; also the base URL of its published keys. */
export const issuerOf = (publicUrl: string, applicationId: string) => `${publicUrl}/apps/${applicationId}`;
