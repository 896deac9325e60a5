import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Hono } from "hono";
import { chartRegistry } from "../../adapters/charts/chart-registry.js";
import { systemClock } from "../../adapters/clock/system-clock.js";
import { createGitSource, type GitSource } from "../../adapters/git/git-source.js";
import type { Protocol } from "../../adapters/git/repository-location.js";
import { bestVersion } from "../../adapters/git/semver-tags.js";
import { readClusterSecret } from "../../adapters/kubernetes/cluster-secret.js";
import { kubernetesClient } from "../../adapters/kubernetes/kubernetes-client.js";
import { leaseKeeper } from "../../adapters/kubernetes/lease-keeper.js";
import { luaPool } from "../../adapters/lua/lua-pool.js";
import { notificationSender } from "../../adapters/notifications/notification-sender.js";
import { openTracing, type TracingOptions } from "../../adapters/otel/tracing.js";
import { prometheusMetrics } from "../../adapters/prometheus/prometheus-metrics.js";
import { callPlugin } from "../../adapters/scm/plugin-service.js";
import { createScmPort, type NamedData } from "../../adapters/scm/scm-port.js";
import { secretData } from "../../core/manifest/secret-data.js";
import { Controller } from "../../engine/controller.js";
import type { ParameterOverrides } from "../../engine/parameters.js";
import type { Clock } from "../../ports/clock.js";
import type { ClusterConnection, ClusterPort } from "../../ports/cluster.js";
import type { ChartRegistryPort } from "../../ports/registry.js";
import { type Logger, silentTelemetry } from "../../ports/telemetry.js";
import { renderPool } from "../render/render-pool.js";
import { toolRenderers } from "../renderers.js";
import { type ControllerServer, serveController } from "./http-server.js";
import type { ReplicaSetup } from "./replica-setup.js";
import { openSharedCache, type SharedCacheSetup } from "./shared-cache.js";
import { webhookRelay } from "./webhook-relay.js";

export interface ControllerSetup {
  /** How the hub is reached. */
  readonly connection: ClusterConnection;
  /** The control plane's namespace; default argocd. */
  readonly namespace?: string;
  /** Where caches live; they may be lost at any time. */
  readonly dataDir: string;
  /** Port of /metrics, /healthz, /readyz and /api/webhook; 0 any free one; undefined: no server. */
  readonly port?: number;
  readonly host?: string;
  readonly log?: Logger;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** Also `file://` repositories and plain paths. */
  readonly allowFileRepositories?: boolean;
  readonly knownHosts?: string;
  readonly waveDelayMs?: number;
  /** Makes further routes for the HTTP server. */
  readonly page?: (controller: Controller, hub: ClusterPort) => Hono;
  readonly concurrency?: number;
  /** Win over argocd-cmd-params-cm. */
  readonly parameters?: ParameterOverrides;
  /** Sends a trace of each reconcile to the collector that OpenTelemetry's variables name. */
  readonly tracing?: TracingOptions;
  /** Where renders are shared: a Redis, and the secret that seals them. */
  readonly sharedCache?: SharedCacheSetup;
  /** Shares the fleet with other processes; absent: this one works on all of it. */
  readonly replica?: ReplicaSetup;
  /** Aborted: a start that is under way (a hub that does not answer) is not waited for, and what there is can be stopped. */
  readonly signal?: AbortSignal;
}

export interface RunningController {
  readonly controller: Controller;
  /** The hub's client. */
  readonly hub: ClusterPort;
  readonly source: GitSource;
  /** Where the HTTP server listens, if there is one. */
  readonly url: string | undefined;
  /** The metrics in Prometheus' text format. */
  metrics(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a controller against a hub; resolves when it works. Nothing in it knows which kind of server the hub is. */
export async function runController(setup: ControllerSetup): Promise<RunningController> {
  const metrics = prometheusMetrics({ process: true });
  const tracing = setup.tracing && (await openTracing(setup.tracing));
  const telemetry = { log: setup.log ?? silentTelemetry.log, metrics, ...(tracing ? { tracer: tracing.tracer } : {}) };
  const clock = setup.clock ?? systemClock();
  const client = clientOptions(setup.replica, () => controller);
  const hub = kubernetesClient(setup.connection, { connections: 32, ...client });
  const protocols: readonly Protocol[] = [
    "https",
    "http",
    "ssh",
    ...(setup.allowFileRepositories === true ? (["file"] as const) : []),
  ];
  const namespace = setup.namespace ?? "argocd";
  const lua = luaPool({ nowSeconds: () => Math.floor(clock.now() / 1000), monotonic: () => clock.monotonic() });
  let source: GitSource | undefined;
  let charts: ChartRegistryPort | undefined;
  let server: ControllerServer | undefined;
  const shared = setup.sharedCache && (await openSharedCache(setup.sharedCache, { hub, namespace, clock, telemetry }));
  const workers = renderPool({ threads: Math.max(1, Math.min(4, availableParallelism() - 1)) });
  const leases = setup.replica && leaseClient(setup.connection, setup.replica, client.userAgent);
  const keeper =
    setup.replica &&
    leaseKeeper(setup.connection, {
      leaseMs: setup.replica.leaseMs,
      monotonic: () => clock.monotonic(),
      userAgent: client.userAgent,
    });
  const controller: Controller = new Controller({
    hub,
    registry: { read: readClusterSecret, connect: (connection) => kubernetesClient(connection, client) },
    ...(setup.replica && leases && keeper
      ? { replicas: { ...setup.replica, leases, keeper, address: () => addressOf(server?.url, setup.replica?.host) } }
      : {}),
    createSource: async (credentials) => {
      source = await createGitSource({
        cacheDir: join(setup.dataDir, "git"),
        credentials,
        protocols,
        metrics,
        bestVersion,
        ...(setup.knownHosts === undefined ? {} : { knownHosts: setup.knownHosts }),
      });
      return source;
    },
    createCharts: (credentials) => {
      charts = chartRegistry({ cacheDir: join(setup.dataDir, "charts"), credentials, monotonic: () => clock.monotonic() });
      return charts;
    },
    renderers: toolRenderers(),
    renderWorkers: workers,
    services: {
      scm: createScmPort({
        clock,
        metrics,
        controllerNamespace: namespace,
        secret: namedData(hub, "Secret"),
        configMap: namedData(hub, "ConfigMap"),
      }),
      plugin: (request) => callPlugin(request),
    },
    notifications: notificationSender({ nowMs: () => clock.now() }),
    namespace,
    clock,
    random: setup.random ?? Math.random,
    telemetry,
    ...(shared ? { renders: shared } : {}),
    lua,
    ...(setup.waveDelayMs === undefined ? {} : { waveDelayMs: setup.waveDelayMs }),
    ...(setup.concurrency === undefined ? {} : { concurrency: setup.concurrency }),
    ...(setup.parameters === undefined ? {} : { parameters: setup.parameters }),
  });
  const metricsText = async (): Promise<string> => {
    controller.tick();
    return await metrics.text();
  };
  if (setup.port !== undefined)
    server = await serveController({
      controller,
      metrics: metricsText,
      contentType: metrics.contentType,
      port: setup.port,
      host: setup.host ?? "0.0.0.0",
      log: telemetry.log,
      mostWebhookBytes: () => controller.mostWebhookBytes,
      ...(setup.replica ? { relay: webhookRelay({ peers: () => controller.peers, log: telemetry.log }) } : {}),
      ...(setup.page ? { page: setup.page(controller, hub) } : {}),
    });
  let started = false;
  const start = controller.start().then(() => {
    started = true;
  });
  try {
    await Promise.race([start, whenAborted(setup.signal)]);
  } catch (error) {
    await server?.close();
    await hub.close();
    throw error;
  }
  return {
    controller,
    hub,
    source: source!,
    url: server?.url,
    metrics: metricsText,
    async stop() {
      await server?.close();
      // What waits for a hub that has not answered yet ends with the connections to it.
      if (!started) await hub.close();
      await controller.stop();
      await source?.close();
      await charts?.close();
      await workers.close();
      await keeper?.close();
      await leases?.close();
      await shared?.close();
      await tracing?.close();
      await lua.close();
      await hub.close();
    },
  };
}

/** Never resolves without a signal. */
function whenAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve();
    signal?.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Among replicas every write asks the fence, and names the replica that makes it. */
function clientOptions(
  replica: ReplicaSetup | undefined,
  controller: () => Controller,
): { readonly userAgent: () => string; readonly fence?: () => Error | undefined } {
  if (replica === undefined) return { userAgent: () => "fleetwright" };
  return { userAgent: () => `fleetwright (${controller().identity})`, fence: () => controller().refusal() };
}

/** A client of its own: renewals wait for nothing else, and not for long. */
function leaseClient(connection: ClusterConnection, { leaseMs }: ReplicaSetup, userAgent: () => string): ClusterPort {
  return kubernetesClient(connection, { connections: 3, timeoutMs: Math.max(1_000, Math.round(leaseMs / 3)), userAgent });
}

/** The server's URL as other replicas reach it. */
function addressOf(url: string | undefined, host: string | undefined): string {
  if (url === undefined || !host) return url ?? "";
  const { port } = new URL(url);
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Reads a Secret's or ConfigMap's data of any namespace, for the providers' tokens and certificates. */
function namedData(
  hub: ClusterPort,
  kind: "Secret" | "ConfigMap",
): (namespace: string, name: string) => Promise<NamedData | undefined> {
  return async (namespace, name) => {
    const found = await hub.get({ apiVersion: "v1", kind, namespace, name });
    if (!found) return undefined;
    const data = kind === "Secret" ? secretData(found) : ((found["data"] ?? {}) as Readonly<Record<string, string>>);
    return { data, labels: found.metadata.labels ?? {} };
  };
}
