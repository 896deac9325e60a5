import { formatTable } from "../cli/output.js";
import { formatSeconds, type StageSummary } from "../cli/progress.js";

/** The closing table: stage, count, time. */
export function formatSummary(stages: readonly StageSummary[]): string {
  return formatTable(
    ["STAGE", "COUNT", "TIME"],
    stages.map(({ title, count, ms }) => [title, String(count), formatSeconds(ms)]),
  );
}
