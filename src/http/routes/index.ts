export { addInboxRoutes } from "./development-inbox.js";
export { addHealthRoutes, type Readiness } from "./health.js";
export { addKeyRoutes } from "./keys.js";
export { addLinkPages } from "./link-pages.js";
export { addMetricsRoute } from "./metrics.js";
export { addPlaygroundRoutes } from "./playground.js";
export { addSchemaRoutes } from "./schema.js";
