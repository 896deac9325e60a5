import { createHash } from "node:crypto";
import type { AddressInfo } from "node:net";
import type { Clock } from "../ports/clock.js";
import { type Client, makeClient } from "./client.js";
import { machineClock } from "./clock.js";
import { type Cluster, makeCluster } from "./cluster.js";
import { startControllers } from "./controllers/controllers.js";
import { type Faults, noFaults } from "./faults.js";
import { createApiServer } from "./http/server.js";
import type { WatchRegistry } from "./http/watch.js";

export interface SimulatorOptions {
  /** Name of the cluster: context in the kubeconfig, part of its token. */
  readonly name: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly host?: string;
  readonly clock?: Clock;
  /** Numbers for uids and name suffixes. */
  readonly random?: () => number;
  /** How many simulated seconds pass in a second for workloads; Infinity: they are ready at once. */
  readonly speed?: number;
  readonly kubernetesVersion?: string;
  /** false: Deployments, StatefulSets, DaemonSets and Jobs make progress without pods. */
  readonly pods?: boolean;
  /** Simulated nodes. */
  readonly nodes?: number;
  /** Bearer token; a request with another one is refused, one without is let in (kubectl sends no token over plain HTTP). */
  readonly token?: string;
  readonly faults?: Partial<Faults>;
  /** Events kept for watches that resume. */
  readonly historyLimit?: number;
  readonly onRequest?: (method: string, url: string) => void;
}

export interface Simulator {
  readonly name: string;
  readonly url: string;
  readonly token: string;
  /** Change it at any time. */
  readonly faults: Faults;
  readonly cluster: Cluster;
  /** Reads and writes without HTTP, for tests. */
  readonly client: Client;
  /** Cuts all running watches, as a restarted API server does. */
  dropWatches(): void;
  close(): Promise<void>;
}

/** Starts one simulated cluster on its own port of `host` (127.0.0.1). */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const clock = options.clock ?? machineClock;
  const cluster = makeCluster({
    name: options.name,
    version: options.kubernetesVersion ?? "v1.32.4",
    clock,
    random: options.random ?? Math.random,
    historyLimit: options.historyLimit ?? 1000,
  });
  const token = options.token ?? createHash("sha256").update(`simulator ${options.name}`).digest("hex").slice(0, 32);
  const faults: Faults = { ...noFaults(), ...options.faults };
  const watches: WatchRegistry = { running: new Set() };
  const stopControllers = startControllers(cluster, {
    speed: options.speed ?? 1,
    pods: options.pods ?? true,
    nodes: options.nodes ?? 3,
  });
  const server = createApiServer({ cluster, token, faults, watches, onRequest: options.onRequest });
  const host = options.host ?? "127.0.0.1";
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const dropWatches = (): void => {
    for (const end of [...watches.running]) end();
  };
  return {
    name: options.name,
    url: `http://${host}:${port}`,
    token,
    faults,
    cluster,
    client: makeClient(cluster),
    dropWatches,
    close: () =>
      new Promise((resolve) => {
        stopControllers();
        dropWatches();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A kubeconfig with one context a simulator; the first is the current one. */
export function kubeconfigOf(simulators: readonly Pick<Simulator, "name" | "url" | "token">[]): string {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": simulators[0]?.name ?? "",
    clusters: simulators.map(({ name, url }) => ({ name, cluster: { server: url } })),
    users: simulators.map(({ name, token }) => ({ name, user: { token } })),
    contexts: simulators.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
    preferences: {},
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}
