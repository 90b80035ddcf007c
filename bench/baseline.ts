// The reference of most ratios, in its own process: minimal servers, raw hashing and raw signing.
import { randomUUID } from "node:crypto";
import { openSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { ApolloServer, HeaderMap } from "@apollo/server";
import { ApolloServerPluginCacheControlDisabled } from "@apollo/server/plugin/disabled";
import helmet from "@fastify/helmet";
import bcrypt from "bcryptjs";
import Fastify, { type FastifyInstance } from "fastify";
import { buildSchema } from "graphql";
import { generateKeyPair, SignJWT } from "jose";
import pino from "pino";
import type { Sample } from "./load-generator.js";

/** A request to the process; the response contains operations per second and the CPU time per operation. */
export type BaselineRequest =
  | { readonly kind: "hash"; readonly cost: number; readonly library: string; readonly milliseconds: number }
  | { readonly kind: "sign"; readonly milliseconds: number };

const CONCURRENT_SIGNERS = 16;

/** Hashes continuously until stopped, with the priority of the gateway's hashing threads. */
const HASH_WORKER_SOURCE = `
const os = require("node:os");
const { workerData: { library, hash, milliseconds }, parentPort } = require("node:worker_threads");
try { os.setPriority(0, 10); } catch {}
(async () => {
  const module = await import(library);
  const compare = module.verifySync ?? module.default?.verifySync ?? module.default?.compareSync ?? module.compareSync;
  compare("violet hedgehog parade", hash);
  const start = performance.now();
  const spent = process.cpuUsage();
  let done = 0;
  while (performance.now() - start < milliseconds) { compare("violet hedgehog parade", hash); done++; }
  parentPort.postMessage({ rate: (done * 1000) / (performance.now() - start), done, cpu: process.cpuUsage(spent) });
})();`;

interface HashResult {
  readonly rate: number;
  readonly done: number;
  readonly cpu: NodeJS.CpuUsage;
}

async function measureHashing(request: Extract<BaselineRequest, { kind: "hash" }>): Promise<Sample> {
  const hash = await bcrypt.hash("violet hedgehog parade", request.cost);
  const rates = Array.from({ length: availableParallelism() }, async () => {
    const worker = new Worker(HASH_WORKER_SOURCE, { eval: true, workerData: { ...request, hash } });
    return await new Promise<HashResult>((resolve, reject) => worker.once("message", resolve).once("error", reject));
  });
  const results = await Promise.all(rates);
  const sumOf = (of: (one: HashResult) => number) => results.reduce((total, one) => total + of(one), 0);
  // Every thread reports the CPU time of the whole process.
  const cpu = Math.max(...results.map((one) => one.cpu.user + one.cpu.system)) / sumOf(({ done }) => done);
  return { value: sumOf(({ rate }) => rate), cpu };
}

async function measureSigning(milliseconds: number): Promise<Sample> {
  const { privateKey } = await generateKeyPair("RS256", { modulusLength: 2048 });
  const claims = { iss: "https://auth.example.com/apps/one", sub: "someone", aud: "app", iat: 1, exp: 2, jti: "one" };
  const start = performance.now();
  const cpuBefore = process.cpuUsage();
  let done = 0;
  const sign = async () => {
    while (performance.now() - start < milliseconds) {
      await new SignJWT(claims).setProtectedHeader({ alg: "RS256", typ: "JWT", kid: "key" }).sign(privateKey);
      done++;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_SIGNERS }, sign));
  const { user, system } = process.cpuUsage(cpuBefore);
  return { value: (done * 1000) / (performance.now() - start), cpu: (user + system) / done };
}

/**
 * The gateway's web layer without application logic: fastify with security headers, request ids, trusted proxies and one log line per
 * request, and Apollo called as its integrations do. `BARE=1` keeps only fastify and Apollo.
 */
async function serve(isBare: boolean): Promise<number> {
  const server = Fastify(isBare ? { logger: false } : { logger: false, trustProxy: ["127.0.0.0/8"], genReqId: () => randomUUID() });
  if (!isBare) await registerWebLayer(server);
  const apollo = new ApolloServer({
    schema: buildSchema("type Query { hello: String }"),
    rootValue: { hello: "hello" },
    stopOnTerminationSignals: false,
    nodeEnv: "production",
    plugins: [ApolloServerPluginCacheControlDisabled()],
  });
  await apollo.start();
  server.get("/hello", async () => ({ hello: "hello" }));
  server.post("/graphql", async (request, reply) => {
    const headers = new HeaderMap([["content-type", "application/json"]]);
    const httpGraphQLRequest = { method: "POST", headers, search: "", body: request.body };
    const answer = await apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: async () => ({}) });
    void reply.code(answer.status ?? 200).type("application/json; charset=utf-8");
    return answer.body.kind === "complete" ? answer.body.string : "";
  });
  await server.listen({ host: "127.0.0.1", port: 0 });
  return (server.server.address() as { port: number }).port;
}

async function registerWebLayer(server: FastifyInstance): Promise<void> {
  const directives = { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] };
  await server.register(helmet, { contentSecurityPolicy: { useDefaults: false, directives }, xFrameOptions: { action: "deny" } });
  const log = pino({ base: null }, pino.destination({ dest: openSync("/dev/null", "w"), sync: true }));
  server.addHook("onResponse", async (request, reply) => {
    const { id, method, ip } = request;
    log.info({ id, method, ip, path: request.routeOptions.url, status: reply.statusCode, milliseconds: reply.elapsedTime }, "served");
  });
}

process.on("message", (order: BaselineRequest) => {
  const rate = order.kind === "hash" ? measureHashing(order) : measureSigning(order.milliseconds);
  rate.then(
    (sample) => process.send?.({ sample }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on("disconnect", () => process.exit());
process.send?.({ port: await serve(process.env["BARE"] === "1") });
