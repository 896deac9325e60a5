import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openFleet } from "#src/apps/fleet/open-fleet.js";
import { expectShortRun } from "#src/apps/start/short-run.js";
import { adoptApplications } from "#src/core/adopt/adopt.js";
import { diffFleets } from "#src/core/impact/fleet-diff.js";
import { readApplications } from "../conformance/fleet-adopt.js";
import { type GeneratedFleet, generateFleet } from "../fleet/generated-fleet.js";

const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** What the package installs as `fleetwright`. */
const program = join(projectRoot, "bin/fleetwright.cjs");

/** `npm run bench -- change [--fleet DIR] [--large]`: how long it takes to say what a commit does to a generated fleet. */
export async function change(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { fleet: { type: "string" }, large: { type: "boolean" } } });
  const folder = resolve(values.fleet ?? join(projectRoot, "../shared/fleet"));
  if (!existsSync(join(folder, "generate-fleet.mjs"))) {
    process.stdout.write(`change: skipped, ${folder} is not here\n`);
    return 0;
  }
  const shape = values.large ? ["--services", "300", "--regions", "12", "--git", "20"] : ["--naive", "--git", "40"];
  const fleet = generateFleet(folder, shape);
  const cacheHome = mkdtempSync(join(tmpdir(), "fleetwright-bench-cache-"));
  try {
    execFileSync("git", ["gc", "--quiet"], { cwd: fleet.directory });
    const coldMs = await coldDiff(fleet);
    line("diff of two revisions, cold, one process", coldMs, values.large ? undefined : 1000);
    const isExact = (await warmCommits(fleet, false)) && (await warmCommits(fleet, true, values.large ? 60 : 30));
    freshProcess(fleet, cacheHome, values.large ? undefined : 200);
    if (!values.large) {
      adoption(fleet);
      await kustomizeBuilds(fleet, coldMs);
    }
    line("peak memory of this process", process.resourceUsage().maxRSS / 1024, 1024, "MB");
    return isExact ? 0 : 1;
  } finally {
    fleet.remove();
    rmSync(cacheHome, { recursive: true, force: true });
  }
}

function line(what: string, value: number, bound?: number, unit = "ms"): void {
  const verdict = bound === undefined ? "" : `  (asked: at most ${bound}) ${value <= bound ? "ok" : "MISSED"}`;
  process.stdout.write(`${what.padEnd(58)} ${value.toFixed(0).padStart(8)} ${unit}${verdict}\n`);
}

async function coldDiff(fleet: GeneratedFleet): Promise<number> {
  // As the command does when its modules are loaded.
  expectShortRun("program");
  const commit = fleet.key.commits!.find(({ kind }) => kind === "base-deployment") ?? fleet.key.commits![0]!;
  const started = performance.now();
  const opened = await openFleet({ directory: fleet.directory, repos: [], note: () => {} });
  const before = await opened.at(await opened.checkout.resolve(`${commit.sha}~1`));
  const after = await opened.at(commit.sha);
  diffFleets(before, after, { secretKey: "k" });
  opened.close();
  return performance.now() - started;
}

/**
 * Every commit of the history, one after another, each compared with the key; its time is from commit id to differences. `isRendered`: a process that
 * has looked at the whole fleet (a controller, a preview for every pull request); else one that has rendered no more than the commits before touched.
 */
async function warmCommits(fleet: GeneratedFleet, isRendered: boolean, boundMs?: number): Promise<boolean> {
  const opened = await openFleet({ directory: fleet.directory, repos: [], note: () => {} });
  const commits = fleet.key.commits ?? [];
  let before = await opened.at(await opened.checkout.resolve(`${commits[0]!.sha}~1`));
  if (isRendered) for (const { render } of before.applications.values()) void render.manifests;
  const one: number[] = [];
  const many: number[] = [];
  let isExact = true;
  for (const commit of commits) {
    const started = performance.now();
    const after = await opened.at(commit.sha);
    const changes = diffFleets(before, after, { secretKey: "k" }).filter(({ effect }) => effect !== "unchanged");
    (commit.affectedApplications <= 1 ? one : many).push(performance.now() - started);
    isExact &&= changes.length === commit.affectedApplications;
    before = after;
  }
  opened.close();
  if (!isExact) process.stdout.write("warm commits: WRONG, no time is given\n");
  else {
    const what = isRendered ? "warm" : "opened, not rendered";
    line(`${what}: a one-file commit of one Application, p95`, percentile(one), boundMs);
    if (many.length > 0) line(`${what}: a one-file commit of many Applications, p95`, percentile(many));
  }
  return isExact;
}

function percentile(times: number[]): number {
  return times.sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * 0.95))] ?? 0;
}

/** `fleetwright impact` of a new commit that touches one overlay file, as its own process; the cache knows the commit before. */
function freshProcess(fleet: GeneratedFleet, cacheHome: string, boundMs?: number): void {
  const env = { ...process.env, XDG_CACHE_HOME: cacheHome };
  const impact = (): number => {
    const started = performance.now();
    const { status, stderr } = spawnSync(program, ["impact", "HEAD~1", "HEAD", "-o", "name"], {
      cwd: fleet.directory,
      env,
    });
    if (status === 2) throw new Error(stderr.toString());
    return performance.now() - started;
  };
  line("impact, fresh process, empty cache", impact());
  const file = "apps/cart-api/overlays/dev-eu-west-1/patch-region.yaml";
  const path = join(fleet.directory, file);
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    writeFileSync(
      path,
      readFileSync(path, "utf8").replace("  annotations:\n", `  annotations:\n    example.com/bench-${round}: "1"\n`),
    );
    const identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.com", "-c", "commit.gpgsign=false"];
    execFileSync("git", [...identity, "commit", "-qam", `bench ${round}`], { cwd: fleet.directory });
    times.push(impact());
  }
  line("impact of one overlay file, fresh process, warm cache, median", times.sort((a, b) => a - b)[2]!, boundMs);
}

function adoption(fleet: GeneratedFleet): void {
  const started = performance.now();
  const applications = readApplications(join(fleet.directory, "naive"));
  const { anomalies } = adoptApplications(applications, { name: "services", fix: false });
  const elapsed = performance.now() - started;
  if (anomalies.length !== fleet.key.anomalies?.length) process.stdout.write("adopt: WRONG, no time is given\n");
  else line(`adopt of ${applications.length} Applications`, elapsed, 2000);
}

/** What a script does today: `kustomize build` of every overlay, both sides, two at a time. */
async function kustomizeBuilds(fleet: GeneratedFleet, coldMs: number): Promise<void> {
  const binary =
    process.env["FLEETWRIGHT_KUSTOMIZE"] ??
    [...(process.env["PATH"] ?? "").split(":").map((dir) => join(dir, "kustomize"))].find((path) => existsSync(path));
  if (!binary) {
    process.stdout.write("kustomize build: skipped, there is no kustomize (FLEETWRIGHT_KUSTOMIZE names one)\n");
    return;
  }
  const overlays = readApplications(join(fleet.directory, "naive")).map(({ file }) => {
    const [, env, region, service] = /applications\/([^/]+)\/([^/]+)\/([^/]+)\.yaml$/.exec(`/${file}`)!;
    return `apps/${service}/overlays/${env}-${region}`;
  });
  const started = performance.now();
  const queue = [...overlays, ...overlays];
  const worker = async (): Promise<void> => {
    for (let overlay = queue.pop(); overlay !== undefined; overlay = queue.pop()) {
      const child = spawn(binary, ["build", overlay], { cwd: fleet.directory, stdio: "ignore" });
      await new Promise((done) => child.on("close", done));
    }
  };
  await Promise.all([worker(), worker()]);
  const elapsed = performance.now() - started;
  line(`kustomize build of both sides, two at a time (${overlays.length * 2} runs)`, elapsed);
  process.stdout.write(`diff is ${(elapsed / coldMs).toFixed(1)} times faster (asked: at least 20)\n`);
}
