import helmet from "@fastify/helmet";
import Fastify, { type FastifyInstance } from "fastify";

/** Of the answer, not of helmet. */
const own = new Set(["content-type", "content-length", "date", "connection"]);

/** Headers of every answer, as helmet writes them. They never change, so it is asked once. */
export async function addSecurityHeaders(server: FastifyInstance, isDevelopment: boolean): Promise<void> {
  const model = Fastify({ logger: false });
  await model.register(helmet, headersOf(isDevelopment));
  model.get("/", async () => "");
  const answer = await model.inject("/");
  await model.close();
  const headers = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !own.has(name)));
  server.addHook("onRequest", (_request, reply, done) => {
    void reply.headers(headers);
    done();
  });
}

/** Pages that need more than nothing say so themselves. */
function headersOf(isDevelopment: boolean) {
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
