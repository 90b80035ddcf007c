import type { Command } from "commander";
import { type CommandHost, type Finding, JSON_OPTION, type OutputOptions } from "./host.js";

const labels = { ok: "ok", warning: "WARN", failure: "FAIL" } as const;

export function addDoctorCommand(program: Command, host: CommandHost): void {
  program
    .command("doctor")
    .description("check configuration and dependencies; exits with code 1 on failure")
    .option(...JSON_OPTION)
    .action(diagnose.bind(null, host));
}

async function diagnose(host: CommandHost, { json }: OutputOptions): Promise<void> {
  const findings = await host.diagnose();
  process.stdout.write(json ? `${JSON.stringify(findings, null, 2)}\n` : formatTable(findings));
  if (findings.some(({ status }) => status === "failure")) process.exitCode = 1;
}

function formatTable(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  return findings.map(({ check, status, detail }) => `${labels[status].padEnd(5)} ${check.padEnd(width)}  ${detail}\n`).join("");
}
