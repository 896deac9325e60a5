import { createHmac, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../adapters/clock/system-clock.js";
import { kubernetesClient } from "../../adapters/kubernetes/kubernetes-client.js";
import { ExternalError } from "../../core/errors.js";
import type { ClusterPort } from "../../ports/cluster.js";
import { kubeconfigOf } from "../../simulator/server.js";
import type { CliIo } from "../cli/io.js";
import { formatSeconds, Progress } from "../cli/progress.js";
import { type RunningController, runController } from "../controller/run-controller.js";
import { ApplicationsView } from "../server/applications-view.js";
import { fleetPage } from "../server/fleet-page.js";
import { describeUnsettled, isSettled, stateOf } from "./application-state.js";
import { fleetFiles } from "./fleet/files.js";
import { type FleetShape, fleetClusters, fleetServices } from "./fleet/shape.js";
import { createFleetRepository, type FleetRepository, fleetRepositoryUrl } from "./fleet-repository.js";
import { applyAll, hubNamespace, prepareHub, requestSync } from "./hub.js";
import { type SimulatedCluster, SimulatedClusters } from "./simulated-clusters.js";
import { story } from "./story.js";
import { formatSummary } from "./summary.js";

export interface DemoOptions {
  readonly services: number;
  readonly envs: number;
  readonly regions: number;
  /** End after the story instead of staying up. */
  readonly once: boolean;
  /** Port of the page, the metrics and the webhook; 0: a free one. */
  readonly port: number;
  /** Where the repository, the kubeconfig and the caches are kept; a temporary folder by default. */
  readonly dataDir?: string;
  /** Simulated seconds a second. */
  readonly speed: number;
  /** Writes the figures of the run as JSON. */
  readonly report?: string;
}

/** What a caller may still do with a demo that stays up. */
export interface RunningDemo {
  readonly kubeconfig: string;
  readonly url: string;
  readonly repository: string;
}

const crdDirectory = fileURLToPath(new URL("../../../deploy/crds", import.meta.url));
const firstPort = 0;
const settleTimeoutMs = 180_000;

/** Plays the demo. Throws with code DEMO_EXPECTATION where something that it tells does not hold. `onReady` is called once all is told. */
export async function runDemo(io: CliIo, options: DemoOptions, onReady?: (demo: RunningDemo) => Promise<void>): Promise<void> {
  const clock = systemClock();
  const isTemporary = options.dataDir === undefined;
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "fleetwright-demo-")));
  const closers: (() => Promise<void>)[] = [];
  try {
    await play({ io, options, dataDir, clock, closers, ...(onReady ? { onReady } : {}) });
  } finally {
    for (const close of closers.reverse()) await close();
    if (isTemporary) await rm(dataDir, { recursive: true, force: true });
  }
}

interface Stagecraft {
  readonly io: CliIo;
  readonly options: DemoOptions;
  readonly dataDir: string;
  readonly clock: ReturnType<typeof systemClock>;
  /** Closed in reverse order at the end. */
  readonly closers: (() => Promise<void>)[];
  readonly onReady?: (demo: RunningDemo) => Promise<void>;
}

async function play(craft: Stagecraft): Promise<void> {
  const { io, options, dataDir, clock, closers } = craft;
  const { stop } = io;
  const progress = new Progress(io, () => clock.monotonic());
  const repositoryDirectory = join(dataDir, "fleet");
  const shape: FleetShape = { ...options, repoURL: fleetRepositoryUrl(repositoryDirectory) };
  const repository = await writeRepository(progress, repositoryDirectory, shape);
  const started = await startClusters(craft, progress, shape);
  const { hub, clusters, simulators } = started;
  const webhookSecret = randomBytes(24).toString("hex");
  await register(progress, hub, clusters, webhookSecret);

  const view = new ApplicationsView(hub, clock);
  const stopView = new AbortController();
  const watching = view.run(stopView.signal);
  closers.push(async () => {
    stopView.abort();
    await watching;
  });
  const begun = clock.monotonic();
  const controller = await runController({
    connection: { server: started.hubCluster.server, bearerToken: started.hubCluster.token },
    namespace: hubNamespace,
    dataDir,
    port: options.port,
    host: "127.0.0.1",
    allowFileRepositories: true,
    waveDelayMs: 0,
    page: (running) =>
      fleetPage({ view, clock, secretKey: randomBytes(16).toString("hex"), compared: (...of) => running.compared(...of) }),
  });
  closers.push(() => controller.stop());
  await applyAll(hub, fleetFiles(shape)["root.yaml"] ?? "");
  await rollOut(craft, progress, view, hub, shape);
  const total = clock.monotonic() - begun;

  io.out(
    `\n${fleetServices(shape).length * clusters.length} service Applications on ${clusters.length} clusters Synced and Healthy ${formatSeconds(total)} after the controller started\n\n`,
  );
  const connections = new Map<string, ClusterPort>();
  closers.push(async () => {
    for (const connection of connections.values()) await connection.close();
  });
  const rendersOfRollOut = await renderCount(controller);
  const told: { readonly what: string; readonly ms: number }[] = [];
  for (const step of story) {
    const chapter = await step({
      shape,
      hub,
      view,
      repository,
      timeoutMs: settleTimeoutMs,
      now: () => clock.monotonic(),
      cluster: (name) => clientOf(connections, started.all, name),
      addCluster: async (name) => {
        const cluster = await simulators.start({ name, port: firstPort, speed: options.speed });
        started.all.push(cluster);
        await writeFile(started.kubeconfig, kubeconfigText(started.all), { mode: 0o600 });
        return cluster;
      },
      push: (commit) => pushWebhook(controller, shape.repoURL, webhookSecret, commit),
      renders: () => renderCount(controller),
      metrics: () => controller.metrics(),
    });
    told.push(chapter);
    io.out(`• ${chapter.what} (${formatSeconds(chapter.ms)})\n`);
  }
  io.out(`\n${formatSummary(progress.finished)}\n`);
  if (options.report !== undefined) {
    const figures = {
      rollOutMs: total,
      renders: rendersOfRollOut,
      stages: progress.finished,
      story: told,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    };
    await writeFile(options.report, JSON.stringify(figures));
  }
  const running = { kubeconfig: started.kubeconfig, url: controller.url ?? "", repository: repository.directory };
  await craft.onReady?.(running);
  if (options.once) return;
  io.out(
    `page        ${running.url}/\nmetrics     ${running.url}/metrics\nkubeconfig  ${running.kubeconfig}   (kubectl --kubeconfig ${running.kubeconfig} --context hub get applications -n argocd)\nrepository  ${running.repository}\n\nCtrl-C ends it.\n`,
  );
  await new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener("abort", () => resolve(), { once: true });
  });
}

async function writeRepository(progress: Progress, directory: string, shape: FleetShape): Promise<FleetRepository> {
  const files = fleetFiles(shape);
  const stage = progress.stage("fleet repository (files)", Object.keys(files).length);
  const repository = await createFleetRepository(directory);
  await repository.commit("The fleet", files);
  stage.done(Object.keys(files).length);
  return repository;
}

interface StartedClusters {
  readonly hub: ClusterPort;
  readonly hubCluster: SimulatedCluster;
  readonly clusters: readonly (SimulatedCluster & { readonly env: string; readonly region: string })[];
  readonly all: SimulatedCluster[];
  readonly simulators: SimulatedClusters;
  readonly kubeconfig: string;
}

async function startClusters(
  { options, dataDir, closers }: Stagecraft,
  progress: Progress,
  shape: FleetShape,
): Promise<StartedClusters> {
  const wanted = fleetClusters(shape);
  const stage = progress.stage("simulated clusters", wanted.length + 1);
  const simulators = new SimulatedClusters();
  closers.push(() => simulators.stop());
  const hubCluster = await simulators.start({ name: "hub", port: firstPort, speed: options.speed });
  const clusters = [];
  for (const cluster of wanted) {
    clusters.push({ ...cluster, ...(await simulators.start({ name: cluster.name, port: firstPort, speed: options.speed })) });
    stage.at(clusters.length + 1);
  }
  const hub = kubernetesClient({ server: hubCluster.server, bearerToken: hubCluster.token });
  closers.push(() => hub.close());
  const all: SimulatedCluster[] = [hubCluster, ...clusters];
  await mkdir(dataDir, { recursive: true });
  const kubeconfig = join(dataDir, "kubeconfig");
  await writeFile(kubeconfig, kubeconfigText(all), { mode: 0o600 });
  stage.done(all.length);
  return { hub, hubCluster, clusters, all, simulators, kubeconfig };
}

function kubeconfigText(clusters: readonly SimulatedCluster[]): string {
  return kubeconfigOf(clusters.map(({ name, server, token }) => ({ name, url: server, token })));
}

async function register(
  progress: Progress,
  hub: ClusterPort,
  clusters: StartedClusters["clusters"],
  webhookSecret: string,
): Promise<void> {
  const stage = progress.stage("registered clusters", clusters.length);
  await prepareHub(hub, crdDirectory, clusters);
  await hub.create({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "argocd-secret", namespace: hubNamespace },
    stringData: { "webhook.github.secret": webhookSecret },
  });
  stage.done(clusters.length);
}

/** From the root Application to every Application Synced and Healthy; what is not automated is asked to sync, as a release manager would. */
async function rollOut(
  { options, io }: Stagecraft,
  progress: Progress,
  view: ApplicationsView,
  hub: ClusterPort,
  shape: FleetShape,
): Promise<void> {
  const services = new Set(fleetServices(shape).map((service) => service.name));
  const expected = services.size * fleetClusters(shape).length;
  const ofServices = (): ReturnType<typeof stateOf>[] =>
    [...view.all.values()].filter((application) => services.has(application.metadata.labels?.["service"] ?? "")).map(stateOf);
  const untilAll = async (title: string, holds: () => number, total: () => number): Promise<void> => {
    const stage = progress.stage(title, expected);
    try {
      await view.until(
        title,
        () => {
          const done = holds();
          stage.at(done);
          return done >= total();
        },
        { timeoutMs: settleTimeoutMs, signal: io.stop },
      );
    } catch (error) {
      throw new ExternalError(`${(error as Error).message}\n${describeUnsettled(view.all.values())}`, {
        code: "DEMO_EXPECTATION",
        cause: error,
      });
    }
    stage.done(holds());
  };
  void options;
  await untilAll(
    "Applications generated",
    () => ofServices().length,
    () => expected,
  );
  const automatedCount = (): number => ofServices().filter((state) => state.isAutomated).length;
  await untilAll(
    "Synced and Healthy by policy",
    () =>
      [...view.all.values()].filter(
        (application) =>
          services.has(application.metadata.labels?.["service"] ?? "") &&
          stateOf(application).isAutomated &&
          isSettled(application),
      ).length,
    automatedCount,
  );
  const waiting = [...view.all.values()].filter((application) => !stateOf(application).isAutomated);
  await Promise.all(waiting.map((application) => requestSync(hub, application, "release-manager")));
  await untilAll(
    "Synced and Healthy in production",
    () => [...view.all.values()].filter(isSettled).length,
    () => view.all.size,
  );
}

function clientOf(connections: Map<string, ClusterPort>, clusters: readonly SimulatedCluster[], name: string): ClusterPort {
  const known = connections.get(name);
  if (known) return known;
  const cluster = clusters.find((candidate) => candidate.name === name);
  if (!cluster) throw new ExternalError(`there is no cluster ${name}`, { code: "DEMO_EXPECTATION" });
  const client = kubernetesClient({ server: cluster.server, bearerToken: cluster.token });
  connections.set(name, client);
  return client;
}

/** A push as GitHub announces it, signed. */
async function pushWebhook(controller: RunningController, repoURL: string, secret: string, commit: string): Promise<void> {
  const body = JSON.stringify({
    ref: "refs/heads/main",
    after: commit,
    repository: { html_url: repoURL, clone_url: repoURL, default_branch: "main" },
  });
  const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
  const answer = await fetch(`${controller.url}/api/webhook`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-github-event": "push", "x-hub-signature-256": signature },
    body,
  });
  if (!answer.ok)
    throw new ExternalError(`the webhook answered ${answer.status}: ${await answer.text()}`, { code: "DEMO_EXPECTATION" });
}

async function renderCount(controller: RunningController): Promise<number> {
  const line = (await controller.metrics())
    .split("\n")
    .find((candidate) => candidate.startsWith("fleetwright_render_cache_misses_total"));
  return Number(line?.split(" ").at(-1) ?? 0);
}
