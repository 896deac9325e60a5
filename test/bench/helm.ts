import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadChartArchive, mergeUserValues, templateChart } from "#src/core/helm/index.js";
import type { Bench } from "./benches.js";

const releases = 48;
const rendersBeforeWarm = 12;
/** What the package installs as `fleetwright`. */
const program = join(dirname(fileURLToPath(import.meta.url)), "../../bin/fleetwright.cjs");
/** After these, V8's compiled form of what the command calls is kept (ADR 0181). */
const runsBeforeCold = 3;

/**
 * `npm run bench -- helm --charts DIR [--rounds N]`: releases of packed charts, interleaved with the `helm` binary (HELM_BIN or PATH)
 * where there is one. One chart for 48 releases; a large one cold (a whole process of each), new to a process that has rendered other
 * charts, and warm: in a process that has rendered it some times, as one that serves a fleet has, with other values each time.
 */
export const helmBench: Bench = async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      charts: { type: "string", default: "../shared/conformance/helm/charts" },
      small: { type: "string", default: "metrics-server-3.13.1.tgz" },
      large: { type: "string", default: "kube-prometheus-stack-88.5.3.tgz" },
      rounds: { type: "string", default: "5" },
    },
  });
  const helm = process.env["HELM_BIN"] ?? "helm";
  const hasHelm = spawnSync(helm, ["version"]).status === 0;
  if (!hasHelm) process.stdout.write("no helm binary (HELM_BIN or PATH): only our own times\n");
  const small = join(values.charts, values.small);
  const large = join(values.charts, values.large);
  const times = new Map<string, number[]>();
  const time = (name: string, run: () => void): void => {
    const started = performance.now();
    run();
    times.set(name, [...(times.get(name) ?? []), performance.now() - started]);
  };
  for (let run = 0; run < runsBeforeCold; run++) execute(program, ["helm", "template", "web", small]);
  const others = renderer(small);
  for (let index = 0; index < releases; index++) others(`warm-up-${index}`, "all");
  let engine = others;
  time("large chart new to the process, fleetwright", () => {
    engine = renderer(large);
    engine("web", "first");
  });
  for (let index = 0; index < rendersBeforeWarm; index++) engine("web", `earlier-${index}`);
  for (let round = 0; round < Number(values.rounds); round++) {
    time(`${releases} releases, fleetwright in process, from the archive`, () => {
      const render = renderer(small);
      for (let index = 0; index < releases; index++) render(`release-${index}`, "all");
    });
    for (const team of ["a", "b", "c"])
      time("large chart warm, other values, fleetwright", () => engine("web", `team-${team}-${round}`));
    time("large chart cold, fleetwright (a process)", () => execute(program, ["helm", "template", "web", large]));
    if (!hasHelm) continue;
    time(`${releases} releases, helm template, one at a time`, () => {
      for (let index = 0; index < releases; index++) execute(helm, ["template", `release-${index}`, small]);
    });
    time("large chart cold, helm template", () => execute(helm, ["template", "web", large]));
  }
  for (const [name, list] of times) {
    const middle = [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]!;
    process.stdout.write(`${name.padEnd(56)} ${middle.toFixed(0).padStart(7)} ms\n`);
  }
  return 0;
};

function renderer(path: string): (releaseName: string, team: string) => string {
  const chart = loadChartArchive(new Uint8Array(readFileSync(path)));
  const unstable = { now: () => 0n, random: (count: number) => new Uint8Array(count).fill(7) };
  return (releaseName, team) => {
    const values = mergeUserValues({ set: [`commonLabels.team=${team}`] });
    return templateChart(chart, values, { releaseName, ...unstable }).yaml;
  };
}

const home = mkdtempSync(join(tmpdir(), "bench-helm-"));

function execute(command: string, args: readonly string[]): void {
  const env = { ...process.env, HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home };
  const { status, stderr } = spawnSync(command, args, { env, maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
}
