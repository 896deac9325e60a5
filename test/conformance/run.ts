import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Area, areas } from "./areas.js";

/** What a run of one area found. A failure names the case and says in a line what differs. */
export interface AreaReport {
  readonly passed: number;
  readonly failures: readonly { readonly id: string; readonly why: string }[];
  /** reason → count */
  readonly skipped: ReadonlyMap<string, number>;
}

/** Areas whose cases are not below the corpus but in a folder beside it. */
const foldersBeside = new Map([
  ["fleet-impact", "fleet"],
  ["fleet-lint", "fleet"],
  ["fleet-adopt", "fleet"],
  ["kustomize-fleet", "fleet"],
]);

const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      corpus: { type: "string" },
      verbose: { type: "boolean" },
      match: { type: "string" },
      full: { type: "boolean" },
      seeds: { type: "string" },
    },
  });
  const corpus = resolve(values.corpus ?? join(projectRoot, "../shared/conformance"));
  const chosen = positionals.length > 0 ? positionals.flatMap((name) => name.split("|")) : [...areas.keys()];
  let failed = 0;
  for (const name of chosen) {
    const area: Area | undefined = areas.get(name);
    if (!area) {
      process.stderr.write(`unknown area ${name}; one of ${[...areas.keys()].join(", ")}\n`);
      return 2;
    }
    const beside = foldersBeside.get(name);
    const folder = beside === undefined ? join(corpus, name) : join(dirname(corpus), beside);
    if (!existsSync(folder)) {
      process.stdout.write(`${name}: skipped, the corpus folder ${folder} is not here\n`);
      continue;
    }
    const report = await area(folder, { match: values.match, full: values.full, seeds: values.seeds });
    for (const failure of report.failures)
      process.stdout.write(`FAIL ${failure.id}${values.verbose ? `: ${failure.why}` : ""}\n`);
    for (const [reason, count] of report.skipped) process.stdout.write(`skipped ${count}: ${reason}\n`);
    process.stdout.write(`${name}: ${report.passed} passed, ${report.failures.length} failed\n`);
    failed += report.failures.length;
  }
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
