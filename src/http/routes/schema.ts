import type { FastifyInstance } from "fastify";
import type { PublishedSchema } from "../../graphql/index.js";

export interface Schemas {
  readonly authentication: PublishedSchema;
  readonly management: PublishedSchema;
}

/** The published schemas of both APIs, in every mode, so that clients do not need introspection. */
export function addSchemaRoutes(server: FastifyInstance, { authentication, management }: Schemas): void {
  for (const [name, published] of Object.entries({ authentication, management }))
    server.get(`/schema/${name}.graphql`, async (_request, reply) => {
      void reply.header("Access-Control-Allow-Origin", "*").header("Cache-Control", "public, max-age=300");
      await reply.type("text/plain; charset=utf-8").send(published.sdl);
    });
}
