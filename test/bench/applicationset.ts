import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Bench } from "./benches.js";

const here = dirname(fileURLToPath(import.meta.url));
const wanted = 10_800;
const limitMs = 1_200;

/**
 * The `services` set of the generated fleet (300 services × 3 environments × 12 regions = 10,800 Applications): a process from start to exit,
 * with all reads. `--fleet DIR` is where the generator is, `--runs N` how often; the best and the median are told.
 */
export const applicationsetBench: Bench = async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: { fleet: { type: "string" }, runs: { type: "string", default: "7" } },
  });
  const generator = join(resolve(values.fleet ?? join(here, "../../../shared/fleet")), "generate-fleet.mjs");
  if (!existsSync(generator)) {
    process.stderr.write(`no fleet generator at ${generator}; name its folder with --fleet\n`);
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), "fleetwright-bench-"));
  try {
    const fleet = join(folder, "fleet");
    const made = spawnSync(process.execPath, [generator, "--out", fleet, "--services", "300", "--regions", "12"], {
      encoding: "utf8",
    });
    if (made.status !== 0) throw new Error(made.stderr);
    return measure(fleet, Number(values.runs));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

function measure(fleet: string, runs: number): number {
  const times: number[] = [];
  const digests = new Set<string>();
  for (let run = 0; run <= runs; run++) {
    const started = performance.now();
    const child = spawnSync(process.execPath, [join(here, "applicationset-run.js"), fleet], { encoding: "utf8" });
    const elapsed = performance.now() - started;
    if (child.status !== 0) throw new Error(child.stderr);
    const answer = JSON.parse(child.stdout) as {
      readonly applications: number;
      readonly problems: number;
      readonly first: string;
      readonly digest: string;
    };
    if (answer.applications !== wanted || answer.problems > 0) {
      process.stderr.write(`wrong answer: ${child.stdout}`);
      return 1;
    }
    digests.add(answer.digest);
    // The first run warms the disk's cache.
    if (run > 0) times.push(elapsed);
  }
  if (digests.size !== 1) {
    process.stderr.write("the runs differ\n");
    return 1;
  }
  times.sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)]!;
  process.stdout.write(
    `${wanted} Applications, whole process with reads: best ${times[0]!.toFixed(0)} ms, median ${median.toFixed(0)} ms (limit ${limitMs} ms)\n`,
  );
  return median <= limitMs ? 0 : 1;
}
