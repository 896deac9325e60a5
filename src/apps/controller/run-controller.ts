import { join } from "node:path";
import type { Hono } from "hono";
import { chartRegistry } from "../../adapters/charts/chart-registry.js";
import { systemClock } from "../../adapters/clock/system-clock.js";
import { createGitSource, type GitSource } from "../../adapters/git/git-source.js";
import type { Protocol } from "../../adapters/git/repository-location.js";
import { bestVersion } from "../../adapters/git/semver-tags.js";
import { readClusterSecret } from "../../adapters/kubernetes/cluster-secret.js";
import { kubernetesClient } from "../../adapters/kubernetes/kubernetes-client.js";
import { luaPool } from "../../adapters/lua/lua-pool.js";
import { prometheusMetrics } from "../../adapters/prometheus/prometheus-metrics.js";
import { callPlugin } from "../../adapters/scm/plugin-service.js";
import { createScmPort, type NamedData } from "../../adapters/scm/scm-port.js";
import { secretData } from "../../core/manifest/secret-data.js";
import { Controller } from "../../engine/controller.js";
import type { Clock } from "../../ports/clock.js";
import type { ClusterConnection, ClusterPort } from "../../ports/cluster.js";
import type { ChartRegistryPort } from "../../ports/registry.js";
import { type Logger, silentTelemetry } from "../../ports/telemetry.js";
import { toolRenderers } from "../renderers.js";
import { type ControllerServer, serveController } from "./http-server.js";

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
  const telemetry = { log: setup.log ?? silentTelemetry.log, metrics };
  const clock = setup.clock ?? systemClock();
  const hub = kubernetesClient(setup.connection, { connections: 32 });
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
  const controller = new Controller({
    hub,
    registry: { read: readClusterSecret, connect: (connection) => kubernetesClient(connection) },
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
    services: {
      scm: createScmPort({
        clock,
        controllerNamespace: namespace,
        secret: namedData(hub, "Secret"),
        configMap: namedData(hub, "ConfigMap"),
      }),
      plugin: (request) => callPlugin(request),
    },
    namespace,
    clock,
    random: setup.random ?? Math.random,
    telemetry,
    lua,
    ...(setup.waveDelayMs === undefined ? {} : { waveDelayMs: setup.waveDelayMs }),
    ...(setup.concurrency === undefined ? {} : { concurrency: setup.concurrency }),
  });
  const metricsText = async (): Promise<string> => {
    controller.tick();
    return await metrics.text();
  };
  let server: ControllerServer | undefined;
  if (setup.port !== undefined)
    server = await serveController({
      controller,
      metrics: metricsText,
      contentType: metrics.contentType,
      port: setup.port,
      host: setup.host ?? "0.0.0.0",
      log: telemetry.log,
      ...(setup.page ? { page: setup.page(controller, hub) } : {}),
    });
  try {
    await controller.start();
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
      await controller.stop();
      await source?.close();
      await charts?.close();
      await lua.close();
      await hub.close();
    },
  };
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
