// npm run bench: measures performance as ratios of two alternating measurements in one run. Asserts no times; prints one table.
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { coldStartMeasure } from "./cold-start.js";
import { BenchmarkEnvironment } from "./environment.js";
import { closedLoop, type Sample } from "./load-generator.js";
import {
  type BenchmarkContext,
  LOG_IN_CLIENTS,
  latencyUnderLoadMeasures,
  logInMeasures,
  type Measure,
  overloadMeasures,
  throughputMeasures,
  USERS_PER_CLIENT,
} from "./measures.js";
import { peerRows } from "./peers.js";
import { Baseline, root, runToEnd } from "./processes.js";
import { Requests } from "./requests.js";
import { formatTable, type Row } from "./table.js";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    only: { type: "string" },
    "peer-postgres": { type: "string" },
  },
});
const { DATABASE_URL, TEST_DATABASE_URL } = process.env;

const logLine = (line: string) => process.stderr.write(`${line}\n`);

/** Runs every measure once per round, alternating which side goes first. */
async function runMeasures(measures: readonly Measure[], rounds: number): Promise<Row[]> {
  const results = measures.map((): [Sample, Sample][] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { id, measureGateway: ours, measureReference: other, unit }] of measures.entries()) {
      const isGatewayFirst = round % 2 === 0;
      const first = await (isGatewayFirst ? ours : other)();
      const second = await (isGatewayFirst ? other : ours)();
      const pair: [Sample, Sample] = isGatewayFirst ? [first, second] : [second, first];
      results[index]?.push(pair);
      const shown = pair.map(({ value, cpu = 0 }) => `${value.toFixed(2)} ${unit} (${cpu.toFixed(0)} us)`);
      logLine(`round ${round + 1}  ${id}  ${shown.join(" : ")}`);
    }
  }
  return measures.map(({ measureGateway: _, measureReference: __, ...row }, index) => ({ ...row, rounds: results[index] ?? [] }));
}

async function runBenchmarks(server: string): Promise<void> {
  const { quick, only } = values;
  const rounds = Number(values.rounds ?? (quick ? 3 : 5));
  const selectedIds = only?.split(",");
  logLine("Building, making a database and people ...");
  await runToEnd(process.execPath, [join(root, "scripts/run.mjs"), "prepare"], root);
  const place = await BenchmarkEnvironment.create(server);
  const baseline = await Baseline.start();
  try {
    // A session allows ten refreshes per minute, so many sessions are needed.
    await place.populate(quick ? 1200 : 4000);
    const gateway = await place.start();
    const requests = new Requests(place);
    const context: BenchmarkContext = {
      ...{ port: gateway.port, pid: gateway.pid, baseline, requests },
      ...(quick ? { shortMs: 700, longMs: 2000, warmUpMs: 4000 } : { shortMs: 2000, longMs: 5000, warmUpMs: 30_000 }),
    };
    // Rehashes all passwords at the configured cost. V8 optimises infrequent code only after about a thousand calls.
    await closedLoop(requests.logIn(gateway.port, LOG_IN_CLIENTS, USERS_PER_CLIENT), LOG_IN_CLIENTS, context.warmUpMs);
    await closedLoop(requests.signUp(gateway.port), LOG_IN_CLIENTS, 2 * context.warmUpMs);
    for (const { measureGateway: ours, measureReference: other } of throughputMeasures({ ...context, shortMs: 700 }))
      await Promise.all([ours(), other()]);
    const measures = [
      ...logInMeasures(context, "bcryptjs"),
      ...overloadMeasures(context),
      ...latencyUnderLoadMeasures(context),
      ...throughputMeasures(context),
    ];
    const rows = await runMeasures(
      measures.filter(({ id }) => selectedIds?.includes(id) ?? true),
      rounds,
    );
    await gateway.stop();
    if (selectedIds?.includes("L2") ?? true)
      rows.push(...(await peerRows({ place, requests, rounds, scene: context, postgres: values["peer-postgres"], measure: runMeasures })));
    if (selectedIds?.includes("C1") ?? true) rows.push(...(await runMeasures([coldStartMeasure(place)], rounds)));
    process.stdout.write(`${describeConditions(rounds)}\n\n${formatTable(rows)}\n`);
  } finally {
    baseline.stop();
    await place.cleanUp();
  }
}

function describeConditions(rounds: number): string {
  const [cpu] = cpus();
  const load = loadavg()[0]?.toFixed(1);
  return `Node ${process.version}, ${availableParallelism()} cores (${cpu?.model.trim() || "unnamed"}), load ${load} at the end, ${rounds} rounds, medians.`;
}

const server = TEST_DATABASE_URL || DATABASE_URL;
if (!server?.startsWith("mysql://")) {
  logLine("Set TEST_DATABASE_URL=mysql://USER:PASSWORD@HOST:PORT to a MySQL or MariaDB server whose user may create databases");
  process.exitCode = 1;
} else await runBenchmarks(server);
