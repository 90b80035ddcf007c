// TypeGraphQL requires it before the first decorated class is evaluated; every module with GraphQL types imports this one.
import "reflect-metadata";

export { authenticationLimits, managementLimits } from "./argument-limits.js";
export { buildPublishedSchema, type PublishedSchema, type ResolverClass, type ResolverRegistry } from "./build-schema.js";
export { defineConnection } from "./connection.js";
export { type EndpointContext, type EndpointOptions, GraphqlEndpoint } from "./endpoint.js";
export { enumType } from "./enum-type.js";
export { ErrorFormatter } from "./error-formatter.js";
export type { FlowContext, ManagementContext, ManagementLoaders } from "./graphql-context.js";
export { InvitationStatus } from "./invitation-status.js";
export { DateTime, JsonScalar } from "./scalars.js";
export { SecondFactorMethod, SecondFactorView } from "./second-factor.types.js";
export { SessionFields } from "./session.types.js";
export { answer, resultUnion } from "./user-errors.js";
