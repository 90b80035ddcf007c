import type { Locale } from "../platform/errors/index.js";

/** Who causes something. Recorded with every audit event. */
export type Actor =
  | { readonly kind: "USER" | "DEVELOPER" | "ACCESS_TOKEN"; readonly id: string }
  /** BACK_END: an application's own server, with its secret key. OPERATOR: the command line. GATEWAY: maintenance. */
  | { readonly kind: "BACK_END" | "OPERATOR" | "UNAUTHENTICATED" | "GATEWAY" };

/** The client a request came from, as audit and rate limits see it. */
export interface ClientInfo {
  /** IPv4 or IPv6 address without port; null where there is no client, e.g. on the command line. */
  readonly address: string | null;
  /** The User-Agent header, printable ASCII, at most 256 characters. */
  readonly userAgent: string | null;
  /** True once the client has closed the connection, so that nobody receives the answer. */
  readonly hasDisconnected?: () => boolean;
}

/** The request for which a use case or domain operation runs. */
export interface RequestContext<Application extends { readonly id: string } | null = { readonly id: string } | null> {
  readonly actor: Actor;
  readonly application: Application;
  readonly client: ClientInfo;
  /** Language of sentences in the answer. */
  readonly locale: Locale;
  /** Also in the log and in audit events; null where there is no request. */
  readonly requestId: string | null;
  /** Arrival of the request; null outside of the Authentication API. */
  readonly arrivedAt: Date | null;
}

/** The same request, from here on in the name of `actor`. */
export function actingAs<Application extends { readonly id: string } | null>(
  { application, client, locale, requestId, arrivedAt }: RequestContext<Application>,
  actor: Actor,
): RequestContext<Application> {
  return { actor, application, client, locale, requestId, arrivedAt };
}

/** The same request, from here on in the name of this user. */
export const actingAsUser = <Application extends { readonly id: string } | null>(
  context: RequestContext<Application>,
  { id }: { readonly id: string },
): RequestContext<Application> => actingAs(context, { kind: "USER", id });

/** The same request, concerning this application. */
export function inApplication<Application extends { readonly id: string }>(
  { actor, client, locale, requestId, arrivedAt }: RequestContext,
  application: Application,
): RequestContext<Application> {
  return { actor, application, client, locale, requestId, arrivedAt };
}

/** A context without a request: the command line and maintenance. */
export const internalContext = (kind: "OPERATOR" | "GATEWAY"): RequestContext<null> => ({
  actor: { kind },
  application: null,
  client: { address: null, userAgent: null },
  locale: "en",
  requestId: null,
  arrivedAt: null,
});
