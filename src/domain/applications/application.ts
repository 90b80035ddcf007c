import type { RequestContext } from "../request-context.js";
import type { ApplicationSettings } from "./settings/index.js";

/** A tenant: everything its end users are, have and did belongs to it alone. */
export interface Application {
  readonly id: string;
  readonly appKey: string;
  readonly settings: ApplicationSettings;
  /** Grows with every change of the settings. */
  readonly settingsVersion: number;
  readonly ownerId: string | null;
  readonly createdAt: Date;
}

/** What a use case that concerns one application is told about the request. */
export type ApplicationContext = RequestContext<Application>;

/** Developers are kept as users of this tenant. It has no row: no key addresses it, no list shows it, it has no keys. */
export const RESERVED_APPLICATION_ID = "00000000-0000-4000-8000-000000000000";

/** Where a link token is opened. */
export const linkOf = (publicUrl: string, applicationId: string, token: string) => `${issuerOf(publicUrl, applicationId)}/links/${token}`;

/** `iss` of an application's tokens; also the base of its published keys. */
export const issuerOf = (publicUrl: string, applicationId: string) => `${publicUrl}/apps/${applicationId}`;
