import helmet from "@fastify/helmet";
import Fastify, { type FastifyInstance } from "fastify";

/** Set by Fastify for each response, not by helmet. */
const responseSpecificHeaders = new Set(["content-type", "content-length", "date", "connection"]);

/** Adds helmet's headers to every response. They are constant, so helmet runs once at start. */
export async function addSecurityHeaders(server: FastifyInstance, isDevelopment: boolean): Promise<void> {
  const probe = Fastify({ logger: false });
  await probe.register(helmet, helmetOptions(isDevelopment));
  probe.get("/", async () => "");
  const response = await probe.inject("/");
  await probe.close();
  const headers = Object.fromEntries(Object.entries(response.headers).filter(([name]) => !responseSpecificHeaders.has(name)));
  server.addHook("onRequest", (_request, reply, done) => {
    void reply.headers(headers);
    done();
  });
}

/** The default policy allows nothing; pages that need more set their own. */
function helmetOptions(isDevelopment: boolean) {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] },
    },
    referrerPolicy: { policy: "no-referrer" as const },
    strictTransportSecurity: isDevelopment ? (false as const) : { maxAge: 31_536_000, includeSubDomains: true },
    crossOriginResourcePolicy: false as const,
    xFrameOptions: { action: "deny" as const },
  };
}
