// npm run bench: what performance costs, as ratios of two things measured in turn in one run. Asserts no time; prints one table.
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startRow } from "./cold-start.js";
import { closedLoop, type Sample } from "./connections.js";
import { peerRows } from "./peers.js";
import { Place } from "./place.js";
import { Baseline, output, root } from "./processes.js";
import { Requests } from "./requests.js";
import { EACH, logInRows, type Measure, quickRows, type Scene, STORM_CLIENTS, stormRows } from "./rows.js";
import { type Row, tableOf } from "./table.js";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    only: { type: "string" },
    "peer-postgres": { type: "string" },
  },
});
const { DATABASE_URL, TEST_DATABASE_URL } = process.env;

const say = (line: string) => process.stderr.write(`${line}\n`);

/** Runs every measure once a round, taking turns in who goes first. */
async function measure(measures: readonly Measure[], rounds: number): Promise<Row[]> {
  const results = measures.map((): [Sample, Sample][] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { id, ours, other, unit }] of measures.entries()) {
      const isOursFirst = round % 2 === 0;
      const first = await (isOursFirst ? ours : other)();
      const second = await (isOursFirst ? other : ours)();
      const pair: [Sample, Sample] = isOursFirst ? [first, second] : [second, first];
      results[index]?.push(pair);
      const shown = pair.map(({ value, cpu = 0 }) => `${value.toFixed(2)} ${unit} (${cpu.toFixed(0)} us)`);
      say(`round ${round + 1}  ${id}  ${shown.join(" : ")}`);
    }
  }
  return measures.map(({ ours: _, other: __, ...row }, index) => ({ ...row, rounds: results[index] ?? [] }));
}

async function bench(server: string): Promise<void> {
  const { quick, only } = values;
  const rounds = Number(values.rounds ?? (quick ? 3 : 5));
  const wanted = only?.split(",");
  say("Building, making a database and people ...");
  await output(process.execPath, [join(root, "scripts/run.mjs"), "prepare"], root);
  const place = await Place.make(server);
  const baseline = await Baseline.start();
  try {
    // A session may rotate ten times a minute.
    await place.populate(quick ? 1200 : 4000);
    const gateway = await place.start();
    const requests = new Requests(place);
    const scene: Scene = {
      ...{ port: gateway.port, pid: gateway.pid, baseline, requests },
      ...(quick ? { short: 700, long: 2000, warming: 4000 } : { short: 2000, long: 5000, warming: 30_000 }),
    };
    // Everybody's hash gets today's cost. What is asked a few times a second is compiled for speed after a thousand times only.
    await closedLoop(requests.logIn(gateway.port, STORM_CLIENTS, EACH), STORM_CLIENTS, scene.warming);
    await closedLoop(requests.signUp(gateway.port), STORM_CLIENTS, 2 * scene.warming);
    for (const { ours, other } of quickRows({ ...scene, short: 700 })) await Promise.all([ours(), other()]);
    const measures = [...logInRows(scene, "bcryptjs"), ...stormRows(scene), ...quickRows(scene)];
    const rows = await measure(
      measures.filter(({ id }) => wanted?.includes(id) ?? true),
      rounds,
    );
    await gateway.stop();
    if (wanted?.includes("L2") ?? true)
      rows.push(...(await peerRows({ place, requests, rounds, scene, postgres: values["peer-postgres"], measure })));
    if (wanted?.includes("C1") ?? true) rows.push(...(await measure([startRow(place)], rounds)));
    process.stdout.write(`${conditions(rounds)}\n\n${tableOf(rows)}\n`);
  } finally {
    baseline.stop();
    await place.clean();
  }
}

function conditions(rounds: number): string {
  const [cpu] = cpus();
  const load = loadavg()[0]?.toFixed(1);
  return `Node ${process.version}, ${availableParallelism()} cores (${cpu?.model.trim() || "unnamed"}), load ${load} at the end, ${rounds} rounds, medians.`;
}

const server = TEST_DATABASE_URL || DATABASE_URL;
if (!server?.startsWith("mysql://")) {
  say("Set TEST_DATABASE_URL=mysql://USER:PASSWORD@HOST:PORT to a MySQL or MariaDB server whose user may create databases");
  process.exitCode = 1;
} else await bench(server);
