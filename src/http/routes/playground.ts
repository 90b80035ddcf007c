import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import files from "@fastify/static";
import type { FastifyInstance } from "fastify";
import type { Services } from "../../app/services.js";
import { DEMO_APPLICATION_ID, demoValues } from "../../management/index.js";
import { developmentHostGuard } from "./development-host.js";

interface PlaygroundParts {
  readonly services: Services;
  readonly isDevelopment: boolean;
  readonly hasInbox: boolean;
}

/** Next to the bundle's folder. It does not exist when the gateway runs from source. */
const folder = fileURLToPath(new URL("../playground/", import.meta.url));
const assets = `${folder}assets/`;
/** Monaco sets inline styles; graphiql's fonts and Monaco's images are data: URLs in its CSS. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Playground</title>
<h1>The playground is not built</h1>
<p>Stop the gateway, run <code>npm run build</code> in its folder and start it again. The build installs packages from the npm registry.</p>
<p>The gateway works without the playground.</p>
</html>
`;

/** The playground, in every mode. It reads the schema from /schema and sends requests to this host only. */
export async function addPlaygroundRoutes(server: FastifyInstance, { services, isDevelopment, hasInbox }: PlaygroundParts): Promise<void> {
  if (isDevelopment)
    server.get("/playground/context.json", { onRequest: developmentHostGuard(services.publicUrl) }, async (_request, reply) => {
      const demo = await services.applicationRegistry.find(DEMO_APPLICATION_ID);
      const values = demo ? await demoValues(services, demo) : {};
      await reply.header("Cross-Origin-Resource-Policy", "same-origin").send({
        appKey: values["LATCHKEY_APP_KEY"],
        secretKey: values["LATCHKEY_SECRET_KEY"],
        inboxUrl: hasInbox ? `${services.publicUrl}/development/inbox` : undefined,
      });
    });
  server.get("/", async (_request, reply) => await reply.redirect("playground", 302));
  if (!existsSync(assets)) {
    server.get("/playground", async (_request, reply) => await reply.code(404).type("text/html; charset=utf-8").send(NOT_BUILT));
    return;
  }
  // File names contain a content hash.
  await server.register(files, { root: assets, prefix: "/playground/assets/", index: false, immutable: true, maxAge: "365d" });
  server.get("/playground", async (_request, reply) => {
    void reply.header("Content-Security-Policy", PAGE_POLICY).header("Cache-Control", "no-cache");
    return await reply.sendFile("index.html", folder, { cacheControl: false });
  });
}
