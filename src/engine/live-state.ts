import { type KubernetesObject, type ResourceKey, splitApiVersion } from "../core/manifest/object.js";
import type { Clock, Random } from "../ports/clock.js";
import type { ApiResource, ClusterPort, ObjectRef } from "../ports/cluster.js";
import type { Telemetry } from "../ports/telemetry.js";
import { Informer, type InformerChange, isPartial, partialMark } from "./informer.js";
import { keyOfObject } from "./object-key.js";

/** What of the cluster is followed and how its objects are bound to applications; from argocd-cm. */
export interface LiveStateSettings {
  /** The tracked application of an object, "" for none. */
  readonly trackedApp: (object: KubernetesObject) => string;
  readonly isExcluded: (group: string, kind: string, server: string) => boolean;
}

export interface LiveStateOptions {
  readonly cluster: ClusterPort;
  readonly server: string;
  /** Namespaces the connection is limited to; empty for all. */
  readonly namespaces: readonly string[];
  readonly clusterResources: boolean;
  readonly settings: LiveStateSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  /** An object changed in more than its bookkeeping: the applications that track it, or want an object of its key. */
  readonly onChange: (apps: ReadonlySet<string>, change: InformerChange) => void;
  /** The cluster became ready, failed, or came back. */
  readonly onState: (state: LiveClusterState) => void;
  /** Whether this replica works on an application; of the objects of others only what deletion and tracking ask for is held. */
  readonly isKept?: (app: string) => boolean;
  /** Whether comparisons of an application ask who owns fields (server-side apply, trusted field managers). */
  readonly keepsOwners?: (app: string) => boolean;
  /** Begins to look after a cluster that is followed; what it returns ends it. */
  readonly watchOver?: () => () => void;
}

export type LiveClusterState =
  | { readonly kind: "connecting" }
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly error: unknown };

const discoverAgainMs = 500;
const retryMs = 5_000;
/**
 * Kinds that controllers make in masses and git hardly ever holds, and those of the control plane, which the hub's own informers follow
 * anyway: followed here from when an application wants one.
 */
const lazyKinds = new Set([
  "/Pod",
  "apps/ReplicaSet",
  "apps/ControllerRevision",
  "/PodTemplate",
  "argoproj.io/Application",
  "argoproj.io/ApplicationSet",
  "argoproj.io/AppProject",
]);
const alwaysKept = new Set([
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "CronJob",
  "Service",
  "Ingress",
  "PersistentVolumeClaim",
]);

/**
 * All followed objects of one target cluster, indexed by application and by key. Each cluster stands alone: its failure is its own state,
 * its requests go through its own pool.
 */
export class LiveState {
  private readonly informers = new Map<string, Informer>();
  private resources = new Map<string, ApiResource>();
  private served = new Map<string, ApiResource>();
  private readonly needed = new Set<string>();
  private all: readonly ApiResource[] = [];
  private readonly byApp = new Map<string, Map<string, KubernetesObject>>();
  /** Objects that nobody owns, by namespace. */
  private readonly topLevel = new Map<string, Map<string, KubernetesObject>>();
  private readonly watchers = new Map<string, Set<string>>();
  private readonly watched = new Map<string, string>();
  private readonly wanted = new Map<string, Set<string>>();
  private readonly wantedByApp = new Map<string, ReadonlySet<string>>();
  /** How often something of an application has changed. */
  private readonly changes = new Map<string, number>();
  private cancelDiscovery: (() => void) | undefined;
  private endWatch: (() => void) | undefined;
  private stopped = false;
  private failing = new Set<string>();
  private listed = false;
  private failedSinceMs: number | undefined;
  private listedAtMs: number | undefined;
  private versions: readonly string[] = [];
  private kindsKey = "";
  state: LiveClusterState = { kind: "connecting" };
  version = "";
  /** Changes when the kinds that are served do. */
  epoch = 0;
  isStarted = false;

  constructor(private readonly options: LiveStateOptions) {}

  get server(): string {
    return this.options.server;
  }

  get cluster(): ClusterPort {
    return this.options.cluster;
  }

  /** Objects held in memory. */
  get size(): number {
    let size = 0;
    for (const informer of this.informers.values()) size += informer.size;
    return size;
  }

  /** How long ago all kinds had been listed; undefined before. */
  get ageMs(): number | undefined {
    return this.listedAtMs === undefined ? undefined : this.options.clock.monotonic() - this.listedAtMs;
  }

  get kinds(): number {
    return this.resources.size;
  }

  /** Begins to follow the cluster; again is as once. */
  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    this.endWatch = this.options.watchOver?.();
    void this.discover();
  }

  /** Asks for the whole objects of applications where only a part of them is held. */
  async refill(apps: Iterable<string>): Promise<void> {
    const thin = this.heldOf(apps, isPartial);
    // What cannot be had now is asked for one by one when it is compared.
    await Promise.all([...thin].map(([informer, keys]) => informer.refill(keys).catch(() => {})));
  }

  /** Lets go of objects of applications that other replicas work on now. */
  recompact(apps: Iterable<string>): void {
    for (const [informer, keys] of this.heldOf(apps, (object) => !isPartial(object))) informer.recompact(keys);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.endWatch?.();
    this.cancelDiscovery?.();
    await Promise.all([...this.informers.values()].map((informer) => informer.stop()));
  }

  /** Asks for discovery again soon: a CustomResourceDefinition came or went, or the cluster was away. */
  discoverSoon(ms = discoverAgainMs): void {
    if (this.stopped || this.cancelDiscovery !== undefined) return;
    this.cancelDiscovery = this.options.clock.schedule(ms, () => {
      this.cancelDiscovery = undefined;
      void this.discover();
    });
  }

  /** The cluster answers again: whoever waits after failures goes on. */
  resume(): void {
    for (const informer of this.informers.values()) informer.hurry();
    this.discoverSoon();
  }

  /** The objects that carry an application's tracking mark. */
  objectsOf(app: string): readonly KubernetesObject[] {
    return [...(this.byApp.get(app)?.values() ?? [])];
  }

  /** The objects of a namespace that no other object owns, as they are held. */
  topLevelOf(namespace: string): readonly KubernetesObject[] {
    return [...(this.topLevel.get(namespace)?.values() ?? [])];
  }

  /** Whether an application wants to hear of objects that come to a namespace and go from it; undefined: of none. */
  watchNamespace(app: string, namespace: string | undefined): void {
    const before = this.watched.get(app);
    if (before === namespace) return;
    if (before !== undefined) this.watchers.get(before)?.delete(app);
    if (namespace === undefined) {
      this.watched.delete(app);
      return;
    }
    this.watched.set(app, namespace);
    const apps = this.watchers.get(namespace);
    if (apps) apps.add(app);
    else this.watchers.set(namespace, new Set([app]));
  }

  /** The object of a key as it is held; `partial` ones lack all but metadata. */
  find(key: ResourceKey): KubernetesObject | undefined {
    const resource = this.resources.get(`${key.group}/${key.kind}`);
    if (resource === undefined) return undefined;
    const namespace = resource.namespaced ? key.namespace : "";
    return this.informerOf(resource, namespace)?.get(namespace, key.name);
  }

  /** The whole object of a key: asked for where only its metadata are held, or where another version of its kind is wanted. */
  async load(key: ResourceKey, apiVersion: string | undefined): Promise<KubernetesObject | undefined> {
    const held = this.find(key);
    if (held === undefined) return undefined;
    const asWanted = apiVersion === undefined || held.apiVersion === apiVersion;
    if (asWanted && !isPartial(held)) return held;
    return await this.options.cluster.get(refOf(held, asWanted ? held.apiVersion : apiVersion));
  }

  resourceOf(group: string, kind: string): ApiResource | undefined {
    return this.resources.get(`${group}/${kind}`);
  }

  /** Undefined for a kind that the cluster does not serve. */
  isNamespaced(group: string, kind: string): boolean | undefined {
    return (this.resources.get(`${group}/${kind}`) ?? this.served.get(`${group}/${kind}`))?.namespaced;
  }

  /** What serves `apiVersion` and kind, whether it is followed or not. */
  serves(apiVersion: string, kind: string): ApiResource | undefined {
    return this.served.get(`${apiVersion}/${kind}`);
  }

  /** Versions of the API, as charts ask for them: `apps/v1` and `apps/v1/Deployment`. */
  get apiVersions(): readonly string[] {
    return this.versions;
  }

  /** Notes which keys an application wants, so that it hears of objects that it does not track (yet). */
  setWanted(app: string, keys: ReadonlySet<string>): void {
    if (this.wantedByApp.get(app) === keys) return;
    for (const key of this.wantedByApp.get(app) ?? []) {
      if (keys.has(key)) continue;
      const apps = this.wanted.get(key);
      apps?.delete(app);
      if (apps?.size === 0) this.wanted.delete(key);
    }
    for (const key of keys) {
      const apps = this.wanted.get(key);
      if (apps) apps.add(app);
      else this.wanted.set(key, new Set([app]));
    }
    if (keys.size === 0) {
      this.wantedByApp.delete(app);
      this.changes.delete(app);
    } else this.wantedByApp.set(app, keys);
  }

  /** Grows whenever an object that an application tracks, wants or looks out for has changed, by whomever. */
  changesOf(app: string): number {
    return this.changes.get(app) ?? 0;
  }

  /** Applications that want an object of this key. */
  wantedBy(key: string): ReadonlySet<string> {
    return this.wanted.get(key) ?? none;
  }

  /** Takes in what a write answered. */
  assume(object: KubernetesObject): void {
    const { group } = splitApiVersion(object.apiVersion);
    const resource = this.resources.get(`${group}/${object.kind}`);
    if (resource === undefined) return;
    if (resource.version !== splitApiVersion(object.apiVersion).version) return;
    this.informerOf(resource, object.metadata.namespace ?? "")?.assume(object);
  }

  /** Takes out what a delete has just removed. */
  forget(object: KubernetesObject): void {
    const resource = this.resources.get(`${splitApiVersion(object.apiVersion).group}/${object.kind}`);
    if (resource !== undefined) this.informerOf(resource, object.metadata.namespace ?? "")?.forget(object);
  }

  /** Makes sure that these kinds (`group/Kind`) are followed and have been listed. */
  async need(kinds: Iterable<string>): Promise<void> {
    const lazy = [...kinds].filter((id) => lazyKinds.has(id));
    if (lazy.length === 0) return;
    if (lazy.some((id) => !this.needed.has(id))) {
      for (const id of lazy) this.needed.add(id);
      this.follow(this.all);
    }
    await Promise.all(
      [...this.informers].filter(([id]) => lazy.includes(id.split("@")[0]!)).map(([, informer]) => informer.synced),
    );
  }

  /** Asks for discovery at once and waits for it. */
  async rediscover(): Promise<void> {
    this.follow(await this.options.cluster.discover(true));
  }

  /** Keys of what is held of applications, by the informer that holds it. */
  private heldOf(
    apps: Iterable<string>,
    isMeant: (object: KubernetesObject) => boolean,
  ): ReadonlyMap<Informer, ReadonlySet<string>> {
    const found = new Map<Informer, Set<string>>();
    for (const app of apps)
      for (const object of this.byApp.get(app)?.values() ?? []) {
        const resource = this.resources.get(`${splitApiVersion(object.apiVersion).group}/${object.kind}`);
        const informer = resource && isMeant(object) ? this.informerOf(resource, object.metadata.namespace ?? "") : undefined;
        if (informer === undefined) continue;
        const keys = found.get(informer);
        if (keys) keys.add(keyOfObject(object));
        else found.set(informer, new Set([keyOfObject(object)]));
      }
    return found;
  }

  private informerOf(resource: ApiResource, namespace: string): Informer | undefined {
    const id = `${resource.group}/${resource.kind}`;
    return this.informers.get(id) ?? this.informers.get(`${id}@${namespace}`);
  }

  private async discover(): Promise<void> {
    const { cluster, clock } = this.options;
    try {
      const [all, version] = await Promise.all([cluster.discover(true), this.version === "" ? cluster.version() : this.version]);
      if (this.stopped) return;
      this.version = version;
      this.follow(all);
      this.failedSinceMs = undefined;
      await Promise.all([...this.informers.values()].map((informer) => informer.synced));
      if (this.stopped) return;
      this.listed = true;
      this.listedAtMs = clock.monotonic();
      this.updateState();
    } catch (error) {
      if (this.stopped) return;
      this.failedSinceMs ??= clock.monotonic();
      this.setState({ kind: "failed", error });
      this.discoverSoon(Math.min(60_000, Math.max(retryMs, (clock.monotonic() - this.failedSinceMs) / 2)));
    }
  }

  /** Starts informers for kinds that are new and stops those of kinds that are gone. */
  private follow(all: readonly ApiResource[]): void {
    this.all = all;
    const { namespaces, clusterResources, settings } = this.options;
    const next = new Map<string, ApiResource>();
    const served = new Map<string, ApiResource>();
    const versions = new Set<string>();
    for (const resource of all) {
      const id = `${resource.group}/${resource.kind}`;
      const apiVersion = resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
      if (!served.has(id)) served.set(id, resource);
      served.set(`${apiVersion}/${resource.kind}`, resource);
      versions.add(apiVersion).add(`${apiVersion}/${resource.kind}`);
      // The first version of a group's kind is the server's preference.
      if (
        next.has(id) ||
        !resource.verbs.includes("watch") ||
        settings.isExcluded(resource.group, resource.kind, this.options.server)
      )
        continue;
      if (namespaces.length > 0 && !resource.namespaced && !clusterResources) continue;
      next.set(id, resource);
    }
    const kindsBefore = this.kindsKey;
    this.resources = next;
    for (const id of lazyKinds) if (!this.needed.has(id)) this.resources.delete(id);
    this.served = served;
    this.versions = [...versions].sort();
    this.kindsKey = this.versions.join(",");
    if (kindsBefore !== this.kindsKey) this.epoch++;
    const wantedIds = new Set<string>();
    for (const [id, resource] of next) {
      const scopes = resource.namespaced && namespaces.length > 0 ? namespaces : [undefined];
      for (const namespace of scopes) {
        const informerId = namespace === undefined ? id : `${id}@${namespace}`;
        wantedIds.add(informerId);
        if (this.informers.has(informerId)) continue;
        const informer = this.makeInformer(informerId, resource, namespace);
        this.informers.set(informerId, informer);
        informer.start();
      }
    }
    for (const [id, informer] of this.informers) {
      if (wantedIds.has(id)) continue;
      this.informers.delete(id);
      this.failing.delete(id);
      void informer.stop();
      for (const object of informer.values()) this.take({ before: object, after: undefined }, id.split("@")[0]!, false);
    }
  }

  private makeInformer(id: string, resource: ApiResource, namespace: string | undefined): Informer {
    const { cluster, clock, random } = this.options;
    const kindId = `${resource.group}/${resource.kind}`;
    return new Informer({
      cluster,
      resource,
      ...(namespace === undefined ? {} : { namespace }),
      clock,
      random,
      compact: (object) => this.compact(object),
      onChange: (change, own) => this.take(change, kindId, own),
      onFailure: (error) => {
        if (error === undefined) this.failing.delete(id);
        else this.failing.add(id);
        this.updateState(error);
      },
    });
  }

  /** A cluster has failed when most of what is followed fails; one broken API is not the cluster. */
  private updateState(error?: unknown): void {
    if (this.failing.size * 2 > this.informers.size && this.informers.size > 0) {
      if (error !== undefined || this.state.kind !== "failed") this.setState({ kind: "failed", error });
    } else if (this.listed) this.setState({ kind: "ready" });
  }

  private setState(state: LiveClusterState): void {
    if (this.state.kind === state.kind && state.kind !== "failed") return;
    const repeated = this.state.kind === "failed" && state.kind === "failed";
    this.state = state;
    if (!repeated) this.options.onState(state);
  }

  /** Drops what no decision needs: managedFields of what no application owns, everything but metadata of what nothing asks about. */
  private compact(object: KubernetesObject): KubernetesObject {
    const { managedFields: _, ...metadata } = object.metadata;
    const app = this.options.settings.trackedApp(object);
    if (app !== "") {
      if (this.options.isKept?.(app) === false) return foreign(object);
      // Who owns fields is as large as the object: kept where it is asked again and again, else asked for when it is needed.
      const keeps = object.metadata.managedFields === undefined || this.options.keepsOwners?.(app) !== false;
      return keeps ? object : { ...object, metadata };
    }
    if (alwaysKept.has(object.kind) || object.kind === "Namespace" || object.kind === "CustomResourceDefinition")
      return { ...object, metadata: object.metadata.managedFields === undefined ? object.metadata : metadata };
    const { name, namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp, ownerReferences, finalizers } = metadata;
    const kept = { name, namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp, ownerReferences, finalizers };
    const defined = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
    return {
      apiVersion: object.apiVersion,
      kind: object.kind,
      metadata: defined as unknown as KubernetesObject["metadata"],
      [partialMark]: true,
    };
  }

  private keepTopLevel(namespace: string, key: string, after: KubernetesObject | undefined): void {
    const held = this.topLevel.get(namespace);
    if (after === undefined || (after.metadata.ownerReferences?.length ?? 0) > 0) {
      held?.delete(key);
      if (held?.size === 0) this.topLevel.delete(namespace);
    } else if (held) held.set(key, after);
    else this.topLevel.set(namespace, new Map([[key, after]]));
  }

  private take(change: InformerChange, kindId: string, own: boolean): void {
    const { before, after } = change;
    const object = (after ?? before)!;
    const [group = "", kind = ""] = kindId.split("/");
    this.options.telemetry.metrics.count("argocd_cluster_events_total", { server: this.server, group, kind });
    const key = `${kindId}/${object.metadata.namespace ?? ""}/${object.metadata.name}`;
    const { trackedApp } = this.options.settings;
    const appBefore = before === undefined ? "" : trackedApp(before);
    const appAfter = after === undefined ? "" : trackedApp(after);
    if (appBefore !== "" && appBefore !== appAfter) {
      const held = this.byApp.get(appBefore);
      held?.delete(key);
      if (held?.size === 0) this.byApp.delete(appBefore);
    }
    if (appAfter !== "" && after !== undefined) {
      const held = this.byApp.get(appAfter);
      if (held) held.set(key, after);
      else this.byApp.set(appAfter, new Map([[key, after]]));
    }
    if (object.metadata.namespace !== undefined) this.keepTopLevel(object.metadata.namespace, key, after);
    if (object.kind === "CustomResourceDefinition" && this.listed) this.discoverSoon();
    const wanting = this.wanted.get(key);
    // Who looks for orphans in a namespace hears of what comes and goes there.
    const looking = before === undefined || after === undefined ? this.watchers.get(object.metadata.namespace ?? "") : undefined;
    if (appBefore === "" && appAfter === "" && wanting === undefined && looking === undefined) return;
    const apps = new Set([appBefore, appAfter, ...(wanting ?? []), ...(looking ?? [])]);
    apps.delete("");
    for (const app of apps) this.changes.set(app, (this.changes.get(app) ?? 0) + 1);
    // Who writes looks at what came of it; nobody has to be told.
    if (!own) this.options.onChange(apps, change);
  }
}

const none: ReadonlySet<string> = new Set();

/** An object of an application that another replica works on. */
function foreign(object: KubernetesObject): KubernetesObject {
  const { managedFields: _, annotations, ...metadata } = object.metadata;
  const { [lastApplied]: __, ...others } = annotations ?? {};
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: annotations === undefined ? metadata : { ...metadata, annotations: others },
    [partialMark]: true,
  };
}

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

function refOf(object: KubernetesObject, apiVersion: string): ObjectRef {
  const { name, namespace } = object.metadata;
  return { apiVersion, kind: object.kind, name, ...(namespace === undefined ? {} : { namespace }) };
}
