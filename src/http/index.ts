export type { FastifyInstance as HttpServer } from "fastify";
export type { Readiness } from "./routes/index.js";
export type { Schemas } from "./routes/schema.js";
export { createServer } from "./server.js";
