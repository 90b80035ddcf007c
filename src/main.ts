#!/usr/bin/env node
import closeWithGrace from "close-with-grace";
import { composeGateway, type Gateway } from "./app/compose.js";
import { type Environment, readEnvironment } from "./app/environment.js";
import { demoValues, seedDemo } from "./management/index.js";

const SHUTDOWN_TIMEOUT_MS = 15_000;

/** Runs the gateway until a signal stops it. Requests in progress are completed before the process exits. */
async function serve(): Promise<void> {
  const environment = readEnvironment();
  const gateway = await composeGateway(environment);
  const { log } = gateway.services;
  // Closing the server waits for open connections, so responses during shutdown must close theirs.
  gateway.server.addHook("onSend", async (_request, reply) => {
    if (!gateway.readiness.isReady) void reply.header("Connection", "close");
  });
  closeWithGrace({ delay: SHUTDOWN_TIMEOUT_MS, logger: false }, async ({ err, signal }) => {
    if (err) log.fatal({ err }, "unexpected error: shutting down");
    else log.info({ signal }, "shutting down, draining connections");
    await gateway.close();
    log.info("stopped");
  });
  const demo = environment.DEMO ? await seedDemo(gateway.services) : null;
  await gateway.server.listen({ host: environment.HOST, port: environment.PORT });
  gateway.startBackgroundWork();
  if (environment.GATEWAY_MODE === "development") process.stdout.write(banner(await startupLines(environment, gateway, demo)));
  else if (!environment.SMTP_URL) log.warn("SMTP_URL is not set: mail delivery is disabled, codes expire unsent");
  log.info({ publicUrl: environment.PUBLIC_URL, database: gateway.services.database.label, mode: environment.GATEWAY_MODE }, "listening");
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
