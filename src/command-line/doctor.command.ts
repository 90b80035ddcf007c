import type { Command } from "commander";
import { EnvironmentRefused, readEnvironment } from "../environment.js";
import { type Finding, inspect } from "../inspection.js";

const signs = { ok: "ok", warning: "WARN", failure: "FAIL" } as const;

export function addDoctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("look whether everything the gateway needs is there; exit code 1 on a failure")
    .option("--json", "print JSON, and nothing else, to stdout")
    .action(examine);
}

async function examine({ json }: { json?: boolean }): Promise<void> {
  const findings = await look();
  process.stdout.write(json ? `${JSON.stringify(findings, null, 2)}\n` : tableOf(findings));
  if (findings.some(({ status }) => status === "failure")) process.exitCode = 1;
}

async function look(): Promise<Finding[]> {
  try {
    const environment = readEnvironment();
    const mode: Finding = { check: "environment", status: "ok", detail: `${environment.GATEWAY_MODE}, ${environment.PUBLIC_URL}` };
    return [mode, ...(await inspect(environment))];
  } catch (error) {
    if (!(error instanceof EnvironmentRefused)) throw error;
    return error.failures.map((detail) => ({ check: "environment", status: "failure", detail }));
  }
}

function tableOf(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  return findings.map(({ check, status, detail }) => `${signs[status].padEnd(5)} ${check.padEnd(width)}  ${detail}\n`).join("");
}
