import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { environmentSchema, parseEnvironment } from "../../src/app/environment.js";
import { createTemporaryFolder, ensurePlaygroundPackages, FAST_HASHING, GatewayProcess, runNode } from "../support/process.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const read = (file: string) => readFileSync(join(root, file), "utf8");
const knownVariables = new Set(Object.keys(environmentSchema.shape));

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}
interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

interface Stage {
  readonly from: string;
  readonly name: string | undefined;
  readonly steps: readonly (readonly [instruction: string, rest: string])[];
}
/** The stages of the Dockerfile, continued lines joined. */
function stagesOf(text: string): Stage[] {
  const lines = text.replace(/\\\n/g, " ").split("\n");
  const steps = lines
    .filter((line) => /^[A-Z]+ /.test(line))
    .map((line) => [line.split(" ")[0] ?? "", line.replace(/^\S+ +/, "")] as const);
  const stages: (Stage & { readonly steps: (readonly [string, string])[] })[] = [];
  for (const step of steps) {
    const [, from, name] = step[0] === "FROM" ? (/^(\S+)(?: AS (\S+))?$/.exec(step[1]) ?? []) : [];
    if (from) stages.push({ from, name, steps: [] });
    else stages.at(-1)?.steps.push(step);
  }
  return stages;
}

/** Sources and target of a COPY; `stage` is what it copies from, when that is not the repository. */
function copiesOf({ steps }: Stage) {
  return steps
    .filter(([instruction]) => instruction === "COPY")
    .map(([, rest]) => {
      const words = rest.split(/ +/);
      const stage = words.find((word) => word.startsWith("--from="))?.slice("--from=".length);
      const paths = words.filter((word) => !word.startsWith("--"));
      return { stage, sources: paths.slice(0, -1), target: paths.at(-1) ?? "" };
    });
}

const [build, image, ...more] = stagesOf(read("Dockerfile"));
if (!build || !image || more.length > 0) throw new Error("The Dockerfile has other stages than it had");
const instructionOf = ({ steps }: Stage, instruction: string) => steps.find(([name]) => name === instruction)?.[1] ?? "";

/** Copies as the build would. `stages` are folders by the name of the stage that made them. */
function copyAll(stage: Stage, into: string, stages: Readonly<Record<string, string>>): void {
  for (const { stage: name, sources, target } of copiesOf(stage))
    for (const source of sources) {
      const from = name ? join(stages[name] ?? "", source.replace(/^\/app\//, "")) : join(root, source);
      const to = target.endsWith("/") ? join(into, target, source.split("/").at(-1) ?? "") : join(into, target);
      mkdirSync(dirname(to), { recursive: true });
      // The same packages as here; npm ci and npm prune are npm's.
      if (source.endsWith("node_modules")) symlinkSync(join(root, "node_modules"), to);
      else cpSync(from, to, { recursive: true, filter: (path) => basename(path) !== "node_modules" });
    }
}

describe("image", () => {
  it("Dockerfile - instructions - Node 24 for build and run, non-root user, health check by readiness", () => {
    expect(build.from).toMatch(/^node:24-/);
    expect(image.from).toMatch(/^node:24-.*-slim$/);
    const [system] = /bookworm|trixie/.exec(build.from) ?? [];
    expect(image.from).toContain(system);
    expect(instructionOf(image, "USER")).toBe("node");
    expect(JSON.parse(instructionOf(image, "CMD"))).toEqual(["node", "dist/src/main.js"]);
    const { bin } = JSON.parse(read("package.json")) as { bin: { latchkey: string } };
    expect(instructionOf(image, "RUN")).toContain(`ln -s /app/${bin.latchkey} `);
    const variables = [...instructionOf(image, "ENV").matchAll(/(\w+)=(\S+)/g)].map(([, name = "", value]) => [name, value]);
    expect(variables.filter(([name = ""]) => name !== "NODE_ENV" && !knownVariables.has(name))).toEqual([]);
    const { DATA_DIR, HOST } = Object.fromEntries(variables) as Record<string, string>;
    expect(HOST).toBe("0.0.0.0");
    expect(instructionOf(image, "VOLUME")).toBe(DATA_DIR);
    expect(instructionOf(image, "RUN")).toContain(`mkdir ${DATA_DIR} && chown node:node ${DATA_DIR}`);
    const ignored = read(".dockerignore").split("\n").filter(Boolean);
    const sources = copiesOf(build).flatMap((copy) => copy.sources);
    expect(sources.filter((source) => !existsSync(join(root, source)) || ignored.some((name) => source.split("/")[0] === name))).toEqual(
      [],
    );
    expect(ignored).toEqual(expect.arrayContaining([".git", "**/node_modules", "data", ".env"]));
  });

  it("Dockerfile - copied files only - build, answer on a network address, pass its health check, back up and restore (B-05, B-14)", async () => {
    await ensurePlaygroundPackages();
    const app = join(createTemporaryFolder(), "build");
    copyAll(build, app, {});
    for (const folder of ["node_modules", "playground/node_modules"]) symlinkSync(join(root, folder), join(app, folder));
    expect(await runNode([join(app, "scripts/run.mjs"), "build"], {}, app, 180_000)).toMatchObject({ code: 0 });
    const folder = createTemporaryFolder();
    const installed = join(folder, "app");
    copyAll(image, installed, { [build.name ?? ""]: app });
    const main = join(installed, "dist/src/main.js");
    const [, healthCheck = ""] = /CMD (\[.*\])$/.exec(instructionOf(image, "HEALTHCHECK")) ?? [];
    const [, ...words] = JSON.parse(healthCheck) as string[];
    const checkHealth = async (variables: Record<string, string>) => (await runNode(words, variables, installed, 10_000)).code;
    const variables = { HOST: "0.0.0.0", DEVELOPMENT_ALLOW_HOST: "1", PUBLIC_URL: "https://auth.example", ...FAST_HASHING };
    const gateway = await GatewayProcess.start(folder, variables, undefined, main);
    const port = String(gateway.port);
    try {
      expect(await checkHealth({ ...variables, PORT: port })).toBe(0);
      const address = Object.values(networkInterfaces())
        .flatMap((list) => list ?? [])
        .find(({ internal }) => !internal)?.address;
      expect((await fetch(`http://${address}:${port}/playground`)).status).toBe(200);
      const commandVariables = { DATA_DIR: join(folder, "data"), PATH: "/nonexistent" };
      const backup = join(folder, "backup");
      expect(await runNode([main, "backup", backup], commandVariables, folder, 60_000)).toMatchObject({ code: 0 });
      const copy = { ...commandVariables, DATABASE_URL: `sqlite:${join(folder, "copy.sqlite")}` };
      expect(await runNode([main, "restore", backup], copy, folder, 60_000)).toMatchObject({ code: 0 });
    } finally {
      await gateway.kill();
    }
    expect(await checkHealth({ ...variables, PORT: port })).toBe(1);
    const hidden = await GatewayProcess.start(folder, { ...FAST_HASHING }, undefined, main);
    try {
      expect(await checkHealth({ HOST: "127.0.0.1", PORT: String(hidden.port) })).toBe(1);
    } finally {
      await hidden.kill();
    }
  }, 600_000);
});

describe("Docker Compose", () => {
  const { services, volumes } = parse(read("docker-compose.yml")) as ComposeFile;
  const { gateway, mysql, mailpit } = services;

  it("docker-compose.yml - variables of the gateway - are known, and a gateway starts with them", () => {
    expect(Object.keys(services).sort()).toEqual(["gateway", "mailpit", "mysql"]);
    const variables = gateway?.environment ?? {};
    expect(Object.keys(variables).filter((name) => !knownVariables.has(name))).toEqual([]);
    const environment = parseEnvironment({ HOST: "0.0.0.0", ...variables });
    expect(environment).toMatchObject({ GATEWAY_MODE: "development", DEMO: true, PUBLIC_URL: "http://127.0.0.1:4000" });
    const database = new URL(environment.DATABASE_URL);
    const { MYSQL_USER, MYSQL_PASSWORD, MYSQL_DATABASE } = mysql?.environment ?? {};
    expect([database.hostname, database.username, database.password, database.pathname]).toEqual([
      ...["mysql", MYSQL_USER, MYSQL_PASSWORD, `/${MYSQL_DATABASE}`],
    ]);
    expect(new URL(environment.SMTP_URL ?? "").host).toBe("mailpit:1025");
    expect(environment.SMTP_PLAINTEXT_HOSTS).toEqual(["mailpit"]);
    expect(mailpit?.ports).toEqual(["127.0.0.1:8025:8025"]);
  });

  it("docker-compose.yml - services - pinned images, loopback ports only, dependencies with health checks", () => {
    expect(mysql?.image).toBe("mysql:8.4");
    for (const [name, service] of Object.entries(services)) {
      expect(name === "gateway" ? service.build : service.image).toMatch(name === "gateway" ? /^\.$/ : /:v?\d+\.\d+/);
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
      for (const volume of service.volumes ?? []) expect(Object.keys(volumes)).toContain(volume.split(":")[0]);
      for (const [other, { condition }] of Object.entries(service.depends_on ?? {}))
        expect(condition === "service_healthy" ? services[other]?.healthcheck?.test.length : services[other]).toBeTruthy();
    }
    expect(Object.keys(gateway?.depends_on ?? {}).sort()).toEqual(["mysql"]);
    expect(gateway?.volumes).toEqual([`data:${instructionOf(image, "VOLUME")}`]);
  });
});
