#!/usr/bin/env node
import { setTimeout as delay } from "node:timers/promises";
import closeWithGrace from "close-with-grace";
import { composeGateway, type Gateway } from "./app/compose.js";
import { type Environment, readEnvironment } from "./app/environment.js";
import { demoValues, seedDemo } from "./management/index.js";

const SHUTDOWN_TIMEOUT_MS = 15_000;

/** Runs the gateway until a signal stops it. */
async function serve(): Promise<void> {
  const environment = readEnvironment();
  const gateway = await composeGateway(environment);
  const { log } = gateway.services;
  closeOnSignal(gateway, environment.SHUTDOWN_DELAY_SECONDS * 1000);
  const demo = environment.DEMO ? await seedDemo(gateway.services) : null;
  await listen(gateway, environment);
  gateway.startBackgroundWork();
  if (environment.GATEWAY_MODE === "development") process.stdout.write(banner(await startupLines(environment, gateway, demo)));
  else if (!environment.SMTP_URL) log.warn("SMTP_URL is not set: mail delivery is disabled, codes expire unsent");
  log.info({ publicUrl: environment.PUBLIC_URL, database: gateway.services.database.label, mode: environment.GATEWAY_MODE }, "listening");
}

/**
 * Requests in progress are completed before the process exits. For `delayMs`, new ones are served, too, while the readiness check fails. A
 * second signal ends the process at once.
 */
function closeOnSignal({ server, readiness, services: { log }, close }: Gateway, delayMs: number): void {
  // Closing the server waits for open connections, so responses during shutdown must close theirs.
  server.addHook("onSend", async (_request, reply) => {
    if (!readiness.isReady) void reply.header("Connection", "close");
  });
  closeWithGrace({ delay: delayMs + SHUTDOWN_TIMEOUT_MS, logger: false }, async ({ err, signal }) => {
    readiness.isReady = false;
    if (err) log.fatal({ err }, "unexpected error: shutting down");
    else log.info({ signal }, "shutting down, draining connections");
    if (!err) await delay(delayMs);
    await close();
    log.info("stopped");
  });
}

/** @throws Error that names the variable when the address cannot be used */
async function listen({ server, close }: Gateway, { HOST, PORT }: Environment): Promise<void> {
  try {
    await server.listen({ host: HOST, port: PORT });
  } catch (error) {
    await close();
    throw new Error(explainListenError(error, HOST, PORT), { cause: error });
  }
}

function explainListenError(error: unknown, host: string, port: number): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") return `PORT ${port} of ${host} is in use by another process: stop it, or set PORT to another port`;
  if (code === "EACCES") return `PORT ${port} may not be used by this account: set PORT to a port from 1024`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return `HOST ${host} is not an address of this machine`;
  return message;
}

type Demo = Awaited<ReturnType<typeof seedDemo>> | null;

async function startupLines({ PUBLIC_URL: url, SMTP_URL }: Environment, { services, inbox }: Gateway, demo: Demo): Promise<string[]> {
  const lines = [
    "Latchkey: development mode",
    "",
    `Authentication API  ${url}/graphql`,
    `Management API      ${url}/management/graphql`,
    `Playground          ${url}/playground`,
    `Schema              ${url}/schema/authentication.graphql`,
    `Emails              ${inbox && !SMTP_URL ? `${url}/development/inbox` : "delivered through SMTP_URL"}`,
    `Database            ${services.database.label}`,
  ];
  if (!demo) return lines;
  const values = Object.entries(await demoValues(services, demo)).map(([name, value]) => `${name}=${value}`);
  return [...lines, "", "Variables for your app's .env (Demo application):", "", ...values];
}

/** Frames the lines with rules above and below only, so that they can be copied unchanged. */
function banner(lines: readonly string[]): string {
  const rule = "=".repeat(Math.max(...lines.map(({ length }) => length)));
  return `\n${rule}\n${lines.join("\n")}\n${rule}\n\n`;
}

/** Commands are loaded on demand, so that a serving gateway does not load them. */
async function runGivenCommand(): Promise<void> {
  const [{ runCommand }, { commandHost }] = await Promise.all([import("./cli/index.js"), import("./app/command-host.js")]);
  await runCommand(process.argv, commandHost);
}

const [command, ...rest] = process.argv.slice(2);
const running = command === undefined || (command === "serve" && rest.length === 0) ? serve() : runGivenCommand();
running.catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
