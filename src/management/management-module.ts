import type { Services } from "../app/services.js";
import type { MessageTemplate } from "../domain/messaging/index.js";
import type { ResolverClass } from "../graphql/index.js";

/** A part of the Management API and what it adds to the schema. */
export interface ManagementModule {
  readonly resolver: ResolverClass;
  create(services: Services): object;
  readonly messages?: readonly MessageTemplate[];
}
