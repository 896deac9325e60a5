import { execFile, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { fleetFiles } from "#src/apps/demo/fleet/files.js";
import { createFleetRepository } from "#src/apps/demo/fleet-repository.js";

const execute = promisify(execFile);
const main = fileURLToPath(new URL("../../dist/apps/main.js", import.meta.url));

interface Figures {
  readonly rollOutMs: number;
  readonly renders: number;
  readonly story: readonly { readonly what: string; readonly ms: number }[];
  readonly peakMemoryBytes: number;
}

/**
 * `npm run bench -- fleet [ROUNDS]`: 360 Applications from empty to Synced and Healthy on 12 simulated clusters (clusters and controller share the
 * process), in turn with `kustomize build` of the same 360 overlays, two at a time, where the binary is. A run whose story does not hold reports no time.
 */
export async function fleetBench(args: readonly string[]): Promise<number> {
  const rounds = Number(args[0] ?? 3);
  const folder = mkdtempSync(join(tmpdir(), "fleetwright-bench-"));
  const kustomize =
    process.env["KUSTOMIZE_BIN"] ??
    (process.env["PATH"] ?? "")
      .split(delimiter)
      .map((path) => join(path, "kustomize"))
      .find((path) => existsSync(path));
  try {
    const shape = { services: 30, envs: 3, regions: 4, repoURL: "https://git.example.com/fleet.git" };
    const files = fleetFiles(shape);
    const repository = await createFleetRepository(join(folder, "fleet"));
    await repository.commit("The fleet", files);
    const overlays = Object.keys(files)
      .filter((path) => /overlays\/\w+-\w+-\d\/kustomization\.yaml$/.test(path))
      .map((path) => join(repository.directory, path, ".."));
    process.stdout.write(
      "round  empty to Healthy  renders  renders/s  peak memory  overlay live  kustomize build × 360, two at a time\n",
    );
    for (let round = 1; round <= rounds; round++) {
      const figures = await runDemo(join(folder, `report-${round}.json`));
      if (figures === undefined) return 1;
      const live = figures.story.find((told) => told.what.startsWith("one overlay"))?.ms ?? Number.NaN;
      const original = kustomize ? `${((await buildAll(kustomize, overlays)) / 1000).toFixed(1)} s` : "(no kustomize binary)";
      const seconds = figures.rollOutMs / 1000;
      process.stdout.write(
        `${String(round).padEnd(7)}${`${seconds.toFixed(1)} s`.padEnd(18)}${String(figures.renders).padEnd(9)}${(figures.renders / seconds).toFixed(0).padEnd(11)}${`${Math.round(figures.peakMemoryBytes / 1e6)} MB`.padEnd(13)}${`${Math.round(live)} ms`.padEnd(14)}${original}\n`,
      );
    }
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runDemo(report: string): Promise<Figures | undefined> {
  const child = spawn(process.execPath, [main, "demo", "--once", "--report", report], { stdio: ["ignore", "ignore", "inherit"] });
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  if (code === 0) return JSON.parse(readFileSync(report, "utf8")) as Figures;
  process.stdout.write(`the demo ended with exit code ${code}: no time\n`);
  return undefined;
}

/** Milliseconds for all overlays, two processes at a time. */
async function buildAll(binary: string, overlays: readonly string[]): Promise<number> {
  spawnSync(binary, ["version"]);
  const started = performance.now();
  const queue = [...overlays];
  const work = async (): Promise<void> => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop())
      await execute(binary, ["build", next], { maxBuffer: 1 << 26 });
  };
  await Promise.all([work(), work()]);
  return performance.now() - started;
}
