import helmet from "@fastify/helmet";
import Fastify, { type FastifyInstance } from "fastify";

/** Of the answer, not of helmet. */
const responseSpecificHeaders = new Set(["content-type", "content-length", "date", "connection"]);

/** Headers of every answer, as helmet writes them. They never change, so it is asked once. */
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

/** Pages that need more than nothing say so themselves. */
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
