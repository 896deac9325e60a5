import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "#src/adapters/clock/system-clock.js";
import { kubernetesClient } from "#src/adapters/kubernetes/kubernetes-client.js";
import { isSettled, stateOf } from "#src/apps/demo/application-state.js";
import { fleetFiles, serviceFiles } from "#src/apps/demo/fleet/files.js";
import { type FleetShape, fleetClusters, fleetServices } from "#src/apps/demo/fleet/shape.js";
import { createFleetRepository, type FleetRepository, fleetRepositoryUrl } from "#src/apps/demo/fleet-repository.js";
import { applyAll, prepareHub, requestSync } from "#src/apps/demo/hub.js";
import { ApplicationsView } from "#src/apps/server/applications-view.js";
import type { ClusterPort } from "#src/ports/cluster.js";
import { type BenchProcess, type ClusterAddress, startClusters, startController } from "./scale-processes.js";

const crds = fileURLToPath(new URL("../../deploy/crds", import.meta.url));
const patienceMs = 1_800_000;
const commits = 30;
const restMs = Number(process.env["FLEETWRIGHT_BENCH_REST_SECONDS"] ?? 120) * 1000;

/**
 * `npm run bench -- scale [SERVICES [REGIONS [REPLICAS]]]`: SERVICES × 3 environments × REGIONS Applications on 3 × REGIONS simulated clusters in another
 * process (300 and 12: 10,800 on 36), from empty to Synced; then one commit a second, each to one overlay; then rest. With several replicas also
 * how evenly they share. A fleet that does not become Synced reports nothing.
 */
export async function scaleBench(args: readonly string[]): Promise<number> {
  const [services = 300, regions = 12, replicas = 1] = args.map(Number);
  const folder = mkdtempSync(join(tmpdir(), "fleetwright-scale-"));
  const shape: FleetShape = { services, envs: 3, regions, repoURL: fleetRepositoryUrl(join(folder, "fleet")) };
  const processes: BenchProcess[] = [];
  try {
    const repository = await createFleetRepository(join(folder, "fleet"));
    await repository.commit("The fleet", fleetFiles(shape));
    const wanted = fleetClusters(shape);
    const [hubProcess, hubs] = await startClusters("the hub", ["hub"]);
    processes.push(hubProcess);
    const [clusterProcess, others] = await startClusters(
      "the other clusters",
      wanted.map(({ name }) => name),
    );
    processes.push(clusterProcess);
    const hubAddress = hubs[0]!;
    const hub = kubernetesClient({ server: hubAddress.server, bearerToken: hubAddress.token });
    await prepareHub(
      hub,
      crds,
      wanted.map((cluster, index) => ({ ...cluster, ...others[index]! })),
    );
    const controllers = await Promise.all(
      Array.from({ length: replicas }, (_, number) => startController({ folder, number, replicas, hub: hubAddress })),
    );
    processes.push(...controllers);
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    const floor = controllers.map(({ memory }) => memory().now);
    const expected = services * 3 * regions;
    say(`${expected} Applications, ${wanted.length} clusters, ${replicas} replica(s); floor ${floor.map(megabytes).join(" + ")}`);

    const view = new ApplicationsView(hub, systemClock());
    const stopView = new AbortController();
    const watching = view.run(stopView.signal);
    const roll = await rollOut({ hub, view, shape, expected, controllers });
    report("from empty to Synced and Healthy", `${(roll.ms / 1000).toFixed(1)} s`);
    for (const [index, controller] of controllers.entries()) {
      const { peak, now } = controller.memory();
      const each = ((peak - floor[index]!) * replicas) / expected;
      report(
        `${controller.name}: peak memory`,
        `${megabytes(peak)} (${(each / 1e3).toFixed(0)} KB an Application over the floor)`,
      );
      const [used, total, external] = await Promise.all(
        ["nodejs_heap_size_used_bytes", "nodejs_heap_size_total_bytes", "nodejs_external_memory_bytes"].map(controller.metric),
      );
      report(
        `${controller.name}: memory now`,
        `${megabytes(now)} (heap ${megabytes(used!)} of ${megabytes(total!)}, outside it ${megabytes(external!)})`,
      );
      report(`${controller.name}: CPU of the roll-out`, `${controller.cpuSeconds().toFixed(1)} s`);
    }
    if (replicas > 1) await reportShares(controllers, expected);
    const simulated = [hubProcess, clusterProcess];
    for (const each of simulated) await each.longestPauseMs();
    const inOrder = await steady({ shape, repository, clusters: others, controllers });
    const latencies = [...inOrder].sort((a, b) => a - b);
    report(
      `${commits} commits, one a second: push → applied`,
      `p50 ${quantile(latencies, 0.5)} ms, p95 ${quantile(latencies, 0.95)} ms`,
    );
    for (const each of simulated) report(`  longest time that ${each.name} did not serve`, `${await each.longestPauseMs()} ms`);
    report("  in their order, ms", inOrder.map((ms) => ms.toFixed(0)).join(" "));
    // Who no commit touched learns the last revision within two minutes at most; after that each is looked at once more before it is left alone.
    await new Promise((resolve) => setTimeout(resolve, 60_000 + Math.min(240_000, expected * 50)));
    const before = controllers.map((controller) => controller.cpuSeconds());
    await new Promise((resolve) => setTimeout(resolve, restMs));
    for (const [index, controller] of controllers.entries()) {
      const used = controller.cpuSeconds() - before[index]!;
      report(`${controller.name}: CPU at rest`, `${((used / (restMs / 1000)) * 100).toFixed(1)} % of a core`);
    }
    stopView.abort();
    await watching;
    await hub.close();
    return 0;
  } finally {
    for (const each of processes.reverse()) await each.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface RollOut {
  readonly hub: ClusterPort;
  readonly view: ApplicationsView;
  readonly shape: FleetShape;
  readonly expected: number;
  readonly controllers: readonly BenchProcess[];
}

/** What is not automated is asked to sync as soon as it is compared. */
async function rollOut({ hub, view, shape, expected, controllers }: RollOut): Promise<{ readonly ms: number }> {
  const started = performance.now();
  const asked = new Set<string>();
  const settled = new Set<string>();
  view.onChange((application, change) => {
    const key = application.metadata.name;
    if (application.metadata.labels?.["service"] === undefined || change === "deleted") return;
    if (isSettled(application)) settled.add(key);
    const state = stateOf(application);
    if (state.isAutomated || state.sync !== "OutOfSync" || asked.has(key)) return;
    asked.add(key);
    void requestSync(hub, application, "release-manager").catch(() => asked.delete(key));
  });
  await applyAll(hub, fleetFiles(shape)["root.yaml"] ?? "");
  const timer = setInterval(() => {
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    const memory = controllers.map((controller) => megabytes(controller.memory().now)).join(" + ");
    process.stderr.write(`  ${seconds} s: ${view.all.size} Applications, ${settled.size} settled, ${memory}\n`);
  }, 15_000);
  try {
    await view.until("all Synced and Healthy", () => settled.size >= expected, { timeoutMs: patienceMs });
  } finally {
    clearInterval(timer);
  }
  return { ms: performance.now() - started };
}

interface Steady {
  readonly shape: FleetShape;
  readonly repository: FleetRepository;
  readonly clusters: readonly ClusterAddress[];
  readonly controllers: readonly BenchProcess[];
}

/** A commit a second to one overlay of a healing environment, announced by webhook; milliseconds until its Deployment has it. */
async function steady({ shape, repository, clusters, controllers }: Steady): Promise<readonly number[]> {
  const places = fleetClusters(shape);
  const services = fleetServices(shape);
  const clients = clusters.map((cluster) => kubernetesClient({ server: cluster.server, bearerToken: cluster.token }));
  const runs: Promise<number>[] = [];
  for (let number = 0; number < commits; number++) {
    const next = performance.now() + 1000;
    const index = number % Math.min(shape.regions, places.length);
    const place = places[index]!;
    const service = services[(number * 7) % services.length]!;
    const path = `apps/${service.name}/overlays/${place.env}-${place.region}/kustomization.yaml`;
    const text = serviceFiles(service, shape)[path]!;
    await repository.commit(`Change ${number}`, { [path]: `${text}commonAnnotations:\n  example.com/change: "${number}"\n` });
    const pushed = performance.now();
    await controllers[number % controllers.length]!.webhook(shape.repoURL);
    const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace: service.namespace, name: service.name };
    runs.push(
      (async () => {
        for (;;) {
          const found = await clients[index]!.get(ref);
          if (found?.metadata.annotations?.["example.com/change"] === String(number)) return performance.now() - pushed;
          if (performance.now() - pushed > 120_000) return Number.POSITIVE_INFINITY;
          await new Promise((resolve) => setTimeout(resolve, 25));
        }
      })(),
    );
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
  }
  const latencies = await Promise.all(runs);
  for (const client of clients) await client.close();
  return latencies;
}

async function reportShares(controllers: readonly BenchProcess[], expected: number): Promise<void> {
  const shares = await Promise.all(controllers.map((controller) => controller.metric("fleetwright_shard_applications")));
  const work = await Promise.all(controllers.map((controller) => controller.metric("argocd_app_reconcile_count")));
  const even = expected / controllers.length;
  const all = work.reduce((sum, each) => sum + each, 0) / controllers.length;
  for (const [index, controller] of controllers.entries()) {
    const percent = (value: number, mean: number): string => `${(((value - mean) / mean) * 100).toFixed(1)} %`;
    report(
      `${controller.name}: share`,
      `${shares[index]} Applications (${percent(shares[index]!, even)}), ${work[index]} reconciles (${percent(work[index]!, all)})`,
    );
  }
}

function quantile(sorted: readonly number[], part: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN).toFixed(0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

function report(what: string, value: string): void {
  say(`${what.padEnd(52)}${value}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
