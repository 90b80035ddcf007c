import type { Sample } from "./load-generator.js";

/** One measured ratio. */
export interface Row {
  readonly id: string;
  readonly description: string;
  readonly unit: string;
  readonly floor: number;
  readonly goal: number;
  /** The ratio must stay below the threshold instead of above it. */
  readonly lowerIsBetter?: boolean;
  /** Measurements of the gateway and of the reference, by round. */
  readonly rounds: readonly (readonly [ours: Sample, other: Sample])[];
  /** Why the measurement was skipped. */
  readonly skipped?: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = sorted.length % 2 ? [sorted[middle], sorted[middle]] : [sorted[middle - 1], sorted[middle]];
  return (low + high) / 2;
}

export const percentile = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.ceil(values.length * share) - 1)] ?? 0;

const formatNumber = (value: number) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

/** When rates differ by more than this factor between rounds, the machine is too noisy and CPU time per response is compared instead. */
const NOISE_RATIO = 1.5;

function cellsOf({ id, description: what, unit, floor, goal, lowerIsBetter, rounds, skipped }: Row): string[] {
  if (skipped) return [id, what, "", "", `skipped: ${skipped}`, "", "", "", ""];
  const ratios = rounds.map(([ours, other]) => ours.value / other.value);
  const [minimum, maximum] = [Math.min(...ratios), Math.max(...ratios)];
  const byCpu = rounds.flatMap(([ours, other]) => (ours.cpu && other.cpu ? [other.cpu / ours.cpu] : []));
  const isByCpu = byCpu.length > 0 && maximum / minimum > NOISE_RATIO;
  const ratio = median(isByCpu ? byCpu : ratios);
  const isMet = (limit: number) => (lowerIsBetter ? ratio <= limit : ratio >= limit);
  const verdict = `${isMet(goal) ? "goal met" : isMet(floor) ? "floor met" : "BELOW THE FLOOR"}${isByCpu ? " (CPU)" : ""}`;
  const [ours = "", other = ""] = [0, 1].map((side) => `${formatNumber(median(rounds.map((round) => round[side]?.value ?? 0)))} ${unit}`);
  const rates = `${median(ratios).toFixed(2)} (${minimum.toFixed(2)}-${maximum.toFixed(2)})`;
  return [id, what, ours, other, rates, byCpu.length > 0 ? median(byCpu).toFixed(2) : "", String(floor), String(goal), verdict];
}

/** A Markdown table: ratios are medians over the rounds, with minimum and maximum. */
export function formatTable(rows: readonly Row[]): string {
  const head = ["#", "what", "ours", "the other", "ratio (least-most)", "by CPU", "floor", "goal", ""];
  const lines = [head, head.map(() => "---"), ...rows.map(cellsOf)];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
