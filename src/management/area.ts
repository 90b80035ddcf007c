import type { Nouns } from "../app/services.js";
import type { MessageTemplate } from "../domain/messaging/index.js";

// biome-ignore lint/suspicious/noExplicitAny: constructors differ in what they are given
type ResolverClass = new (...parts: any[]) => object;

/** One area of the Management API: what it adds to the schema. */
export interface ManagementArea {
  readonly name: string;
  readonly resolver: ResolverClass;
  create(nouns: Nouns): object;
  readonly messages?: readonly MessageTemplate[];
}
