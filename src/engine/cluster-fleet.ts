import { formatError } from "../core/errors.js";
import type { KubernetesObject } from "../core/manifest/object.js";
import { secretData } from "../core/manifest/secret-data.js";
import type { Clock, Random } from "../ports/clock.js";
import type { ClusterPort } from "../ports/cluster.js";
import type { ClusterRegistryPort, RegisteredCluster } from "../ports/cluster-registry.js";
import type { Telemetry } from "../ports/telemetry.js";
import { guardCluster } from "./cluster-guard.js";
import { startHeartbeat } from "./heartbeat.js";
import type { InformerChange } from "./informer.js";
import { LiveState, type LiveStateSettings } from "./live-state.js";

export const inClusterServer = "https://kubernetes.default.svc";
export const inClusterName = "in-cluster";

export interface ClusterFleetOptions {
  readonly hub: ClusterPort;
  readonly registry: ClusterRegistryPort;
  readonly settings: () => LiveStateSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly onChange: (server: string, apps: ReadonlySet<string>, change: InformerChange) => void;
  /** A cluster was registered, changed, became ready, failed or left. */
  readonly onCluster: (server: string) => void;
  /** Requests to some cluster have been waiting for long. */
  readonly onSlow?: () => void;
  /** A cluster Secret cannot be used; undefined when it can again. */
  readonly onBadSecret: (secret: KubernetesObject, error: unknown) => void;
  /** Among replicas: clusters are followed from when they are asked for, and of their objects those of own applications are kept whole. */
  readonly keepsOwners?: (app: string) => boolean;
  readonly share?: { readonly isKept: (app: string) => boolean };
}

/** A cluster that may be a destination, and what is known of it. */
export interface FleetCluster {
  readonly registered: RegisteredCluster;
  readonly live: LiveState;
  /** The cluster does not answer, or keeps requests waiting. */
  readonly isStuck: () => boolean;
}

interface Connection {
  readonly port: ClusterPort;
  readonly digest: string;
  readonly secret: string;
  readonly owned: boolean;
}

/** All clusters that applications can go to: the hub itself and those with a Secret; each with its own live state. */
export class ClusterFleet {
  private readonly clusters = new Map<string, FleetCluster & Connection>();
  private sorted: readonly FleetCluster[] | undefined;
  private readonly bad = new Map<string, { readonly server: string; readonly message: string }>();

  constructor(private readonly options: ClusterFleetOptions) {
    this.addHub();
  }

  /** Clusters in order of their names. */
  list(): readonly FleetCluster[] {
    // Asked for by every reconcile.
    this.sorted ??= [...this.clusters.values()].sort((a, b) => (a.registered.name < b.registered.name ? -1 : 1));
    return this.sorted;
  }

  get(server: string): FleetCluster | undefined {
    return this.clusters.get(server);
  }

  /** Whether a cluster (by server or name) does not answer, or keeps requests waiting. */
  isStuck(serverOrName: string): boolean {
    const exact = this.clusters.get(serverOrName) ?? this.clusters.get(serverOrName.replace(/\/+$/, ""));
    if (exact !== undefined) return exact.isStuck();
    for (const { registered, isStuck } of this.clusters.values()) if (registered.name === serverOrName) return isStuck();
    return false;
  }

  /** Why the Secret of a server or of a cluster name cannot be used. */
  problemOf(serverOrName: string): string | undefined {
    for (const [secret, { server, message }] of this.bad) if (server === serverOrName || secret === serverOrName) return message;
    return undefined;
  }

  /** Takes in a cluster Secret as it is now. */
  put(secret: KubernetesObject): void {
    const { name } = secret.metadata;
    let registered: RegisteredCluster;
    try {
      registered = this.options.registry.read(secret);
    } catch (error) {
      this.bad.set(name, { server: serverIn(secret), message: formatError(error) });
      this.options.onBadSecret(secret, error);
      this.remove(name, true);
      return;
    }
    this.bad.delete(name);
    const digest = JSON.stringify([secret["data"], secret["stringData"]]);
    const known = this.clusters.get(registered.server);
    if (known?.digest === digest && known.secret === name) {
      // Labels and annotations changed: the connection stays.
      this.sorted = undefined;
      this.clusters.set(registered.server, { ...known, registered });
    } else {
      if (known !== undefined) this.drop(registered.server);
      for (const [server, other] of this.clusters) if (other.secret === name && server !== registered.server) this.drop(server);
      const isHub = registered.server === inClusterServer;
      const cluster = isHub ? this.options.hub : this.options.registry.connect(registered.connection);
      this.add(registered, cluster, { digest, secret: name, owned: !isHub });
    }
    this.options.onCluster(registered.server);
  }

  /** Forgets the cluster of a Secret that is gone. */
  remove(secretName: string, keepProblem = false): void {
    for (const [server, { secret }] of this.clusters) {
      if (secret !== secretName) continue;
      this.drop(server);
      if (server === inClusterServer) this.addHub();
      this.options.onCluster(server);
    }
    if (!keepProblem) this.bad.delete(secretName);
  }

  /** Follows every cluster anew: the rules of what is followed have changed. */
  reload(): void {
    for (const [server, known] of [...this.clusters]) {
      this.replace(server, known);
      if (known.live.isStarted) this.wake(server);
    }
  }

  private replace(
    server: string,
    {
      registered,
      live,
      port,
      digest,
      secret,
      owned,
    }: FleetCluster & { port: ClusterPort; digest: string; secret: string; owned: boolean },
  ): void {
    this.sorted = undefined;
    this.clusters.delete(server);
    void live.stop();
    this.add(registered, port, { digest, secret, owned });
  }

  /** The cluster of a server, followed from now on. */
  wake(server: string): FleetCluster | undefined {
    const found = this.clusters.get(server);
    found?.live.start();
    return found;
  }

  /** Among replicas: has whole objects of applications that came to this one, by the server that each goes to. */
  async gain(apps: ReadonlyMap<string, readonly string[]>): Promise<void> {
    await Promise.all([...apps].map(([server, ofServer]) => this.clusters.get(server)?.live.refill(ofServer)));
  }

  /** Among replicas: lets go of what applications have that another one works on now, and of clusters that nothing goes to any more. */
  lose(apps: readonly string[], needed: ReadonlySet<string>): void {
    for (const [server, known] of [...this.clusters]) {
      if (!known.live.isStarted) continue;
      if (needed.has(server)) known.live.recompact(apps);
      else this.replace(server, known);
    }
  }

  async stop(): Promise<void> {
    const all = [...this.clusters.values()];
    this.sorted = undefined;
    this.clusters.clear();
    await Promise.all(
      all.map(async ({ live, owned }) => {
        await live.stop();
        if (owned) await live.cluster.close();
      }),
    );
  }

  private addHub(): void {
    const registered: RegisteredCluster = {
      name: inClusterName,
      server: inClusterServer,
      secretName: "",
      labels: {},
      annotations: {},
      namespaces: [],
      clusterResources: true,
      connection: { server: inClusterServer },
    };
    this.add(registered, this.options.hub, { digest: "", secret: "", owned: false });
  }

  private add(registered: RegisteredCluster, cluster: ClusterPort, more: Omit<Connection, "port">): void {
    const { options } = this;
    const { settings, clock, random, telemetry, onChange, onCluster } = options;
    const { server, namespaces, clusterResources } = registered;
    const guard = guardCluster(cluster, {
      server,
      clock,
      onChange: (isOpen) => {
        telemetry.metrics.gauge("fleetwright_cluster_circuit_open", { server }, isOpen ? 1 : 0);
        telemetry.log.warn(isOpen ? "cluster does not answer" : "cluster answers again", { cluster: registered.name, server });
        // How it stands is to be known soon, not only when a watch falls silent.
        if (isOpen) live.discoverSoon();
        else live.resume();
      },
      ...(options.onSlow === undefined ? {} : { onSlow: options.onSlow }),
    });
    const live = new LiveState({
      cluster: guard,
      server,
      namespaces,
      clusterResources,
      // Settings are asked for anew each time: argocd-cm may change.
      settings: {
        trackedApp: (object) => settings().trackedApp(object),
        isExcluded: (group, kind, at) => settings().isExcluded(group, kind, at),
      },
      clock,
      random,
      telemetry,
      onChange: (apps, change) => onChange(server, apps, change),
      watchOver: () => startHeartbeat(guard, clock),
      ...(this.options.keepsOwners ? { keepsOwners: this.options.keepsOwners } : {}),
      ...(this.options.share ? { isKept: this.options.share.isKept } : {}),
      onState: (state) => {
        if (state.kind === "failed")
          telemetry.log.warn("cluster cannot be followed", { cluster: registered.name, server, error: formatError(state.error) });
        onCluster(server);
      },
    });
    this.sorted = undefined;
    this.clusters.set(server, { registered, live, port: cluster, isStuck: () => guard.isStuck(), ...more });
    if (this.options.share === undefined) live.start();
  }

  private drop(server: string): void {
    const known = this.clusters.get(server);
    if (known === undefined) return;
    this.sorted = undefined;
    this.clusters.delete(server);
    this.options.telemetry.metrics.removeGauge("fleetwright_cluster_circuit_open", { server });
    void known.live.stop().then(() => (known.owned ? known.live.cluster.close() : undefined));
  }
}

/** The server a Secret names, as far as it can be read at all. */
function serverIn(secret: KubernetesObject): string {
  return (secretData(secret)["server"] ?? "").replace(/\/+$/, "");
}
