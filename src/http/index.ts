export type { Readiness } from "./routes/index.js";
export { buildSchemas } from "./schemas.js";
export { createServer } from "./server.js";
