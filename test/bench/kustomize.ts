import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { generateFleet } from "../fleet/generated-fleet.js";
import { overlaysOf } from "../kustomize/overlays.js";
import type { Bench } from "./benches.js";
import { type Contender, contendersFor } from "./kustomize-contenders.js";
import { directoryBench } from "./kustomize-directory.js";
import type { Cost } from "./measured-process.js";

const projectRoot = join(dirname(fileURLToPath(import.meta.url)), "../..");

/**
 * `npm run bench -- kustomize [--generator DIR | --fleet WORKTREE] [--large] [--rounds N] [--overlays N] [--directory]`: all overlays of a
 * generated fleet as whole processes, interleaved, against `kustomize build` and against the Go library. A contender that gives a
 * wrong answer gets no time. `--large` takes 10,800 overlays; `--directory` one large directory instead of a fleet.
 */
export const kustomizeBench: Bench = async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      generator: { type: "string", default: join(projectRoot, "../shared/fleet") },
      fleet: { type: "string" },
      large: { type: "boolean", default: false },
      rounds: { type: "string", default: "5" },
      overlays: { type: "string" },
      directory: { type: "boolean", default: false },
    },
  });
  const rounds = Number(values.rounds);
  if (values.directory) return directoryBench(rounds);
  if (values.fleet !== undefined) return race(resolve(values.fleet), values.large, rounds, values.overlays);
  if (!existsSync(join(values.generator, "generate-fleet.mjs"))) {
    process.stdout.write(`kustomize: skipped, ${values.generator} is not here (--generator names it, --fleet what it wrote)\n`);
    return 0;
  }
  const fleet = generateFleet(values.generator, [
    ...(values.large ? ["--services", "300", "--regions", "12"] : []),
    "--git",
    "20",
  ]);
  try {
    execFileSync("git", ["gc", "--quiet"], { cwd: fleet.directory });
    return await race(fleet.directory, values.large, rounds, values.overlays);
  } finally {
    fleet.remove();
  }
};

async function race(fleet: string, isLarge: boolean, rounds: number, limit: string | undefined): Promise<number> {
  const directories = overlaysOf(fleet).slice(0, Number(limit ?? Number.POSITIVE_INFINITY));
  const contenders = contendersFor(fleet, isLarge ? { library: 30, binary: 270 } : { library: 1, binary: 9 });
  const costs = new Map<Contender, Cost[]>();
  const digests = new Map<string, string>();
  const wrong = new Set<Contender>();
  // What the original says counts, so it goes first; from then on everyone must agree.
  const order = [...contenders].sort((a, b) => Number(a.kind === "ours") - Number(b.kind === "ours"));
  for (let round = 0; round < rounds; round++)
    for (const contender of order) {
      const chosen = directories.filter((_, index) => index % contender.stride === 0);
      const { cost, digests: found } = await contender.render(chosen);
      for (const directory of chosen) {
        const digest = found.get(directory);
        if (digest === undefined || (digests.get(directory) ?? digest) !== digest) wrong.add(contender);
        else digests.set(directory, digest);
      }
      costs.set(contender, [...(costs.get(contender) ?? []), scaled(cost, directories.length / chosen.length)]);
    }
  print(directories.length, rounds, order, costs, wrong);
  return wrong.size > 0 ? 1 : 0;
}

function scaled({ wallMs, cpuMs, peakBytes }: Cost, factor: number): Cost {
  return { wallMs: wallMs * factor, cpuMs: cpuMs * factor, peakBytes };
}

type Costs = ReadonlyMap<Contender, readonly Cost[]>;

function print(count: number, rounds: number, order: readonly Contender[], costs: Costs, wrong: ReadonlySet<Contender>): void {
  process.stdout.write(
    `${count} overlays, ${rounds} interleaved rounds, medians; CPU of all processes, peak of those alive together\n`,
  );
  process.stdout.write(
    `${"".padEnd(48)} ${"wall".padStart(9)} ${"CPU".padStart(9)} ${"each".padStart(9)} ${"peak".padStart(8)}\n`,
  );
  const medians = new Map<Contender, Cost>();
  for (const contender of order) {
    if (wrong.has(contender)) {
      process.stdout.write(`${contender.name.padEnd(48)} a wrong answer, no time\n`);
      continue;
    }
    const all = costs.get(contender)!;
    const middle = { wallMs: median(all, "wallMs"), cpuMs: median(all, "cpuMs"), peakBytes: median(all, "peakBytes") };
    medians.set(contender, middle);
    const { wallMs, cpuMs, peakBytes } = middle;
    const sample = contender.stride > 1 ? ` (every ${contender.stride}th, scaled)` : "";
    process.stdout.write(
      `${contender.name.padEnd(48)} ${seconds(wallMs)} ${seconds(cpuMs)} ${(wallMs / count).toFixed(2).padStart(6)} ms ${(peakBytes / 2 ** 20).toFixed(0).padStart(5)} MB${sample}\n`,
    );
  }
  printRatios(medians);
}

/** Ours with the least wall time against each of the others. */
function printRatios(medians: ReadonlyMap<Contender, Cost>): void {
  const entries = [...medians].sort(([, a], [, b]) => a.wallMs - b.wallMs);
  const best = entries.find(([{ kind }]) => kind === "ours");
  if (!best) return;
  for (const [{ kind, name }, cost] of entries)
    if (kind !== "ours")
      process.stdout.write(
        `${name}: our best wall time is 1/${(cost.wallMs / best[1].wallMs).toFixed(1)}, its CPU time 1/${(cost.cpuMs / best[1].cpuMs).toFixed(1)}\n`,
      );
}

function median(costs: readonly Cost[], field: keyof Cost): number {
  const sorted = costs.map((cost) => cost[field]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2).padStart(7)} s`;
}
