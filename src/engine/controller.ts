import { type DriftFilter, driftRows, driftRowValue } from "../core/drift/drift-rows.js";
import { formatError } from "../core/errors.js";
import type { KubernetesObject } from "../core/manifest/object.js";
import { secretData } from "../core/manifest/secret-data.js";
import { objectAt, stringAt, type ValueObject } from "../core/manifest/value.js";
import type { ToolRenderers } from "../core/render/render-source.js";
import { normalizeRepositoryURL, sameRepositoryURL } from "../core/render/repository-url.js";
import { resolveDestination } from "../core/tracking/destination.js";
import type { CachePort } from "../ports/cache.js";
import type { Clock, Random } from "../ports/clock.js";
import type { ClusterPort } from "../ports/cluster.js";
import type { ClusterRegistryPort } from "../ports/cluster-registry.js";
import type { GeneratorServices } from "../ports/generator-services.js";
import type { LuaPort } from "../ports/lua.js";
import type { NotificationPort } from "../ports/notifications.js";
import type { ChartRegistryPort } from "../ports/registry.js";
import type { RenderWorkers } from "../ports/render-workers.js";
import type { CredentialsFor, SourcePort } from "../ports/source.js";
import type { Telemetry } from "../ports/telemetry.js";
import { type Application, applicationOf, kubernetesTime } from "./application.js";
import { ApplicationDeletion } from "./application-deletion.js";
import { ApplicationReconciler } from "./application-reconciler.js";
import { ApplicationSetReconciler } from "./application-set-reconciler.js";
import { isAsked, isChangedBeyondStatus, isSignificant, operationPhaseOf, standingOf } from "./change-filter.js";
import { ClusterFleet, type FleetCluster } from "./cluster-fleet.js";
import { ClusterGauges } from "./cluster-gauges.js";
import { type ControlPlane, controlPlane, secretTypeLabel } from "./control-plane.js";
import { asksForOwners, DifferBook } from "./differ.js";
import { EventRecorder } from "./events.js";
import { guardConfigMap } from "./guard/guard-record.js";
import { guardedSource } from "./guard/guarded-source.js";
import { HeldPlanGauges } from "./guard/held-plan-gauges.js";
import { planCommit } from "./guard/plan-commit.js";
import { RolloutGuard } from "./guard/rollout-guard.js";
import { HealthBook } from "./health-book.js";
import { type InformerChange, isPartial } from "./informer.js";
import { LateReaders } from "./late-readers.js";
import { sameValue } from "./merge-patch.js";
import { Notifier, notificationsConfigMap } from "./notifications/notifier.js";
import type { ParameterOverrides } from "./parameters.js";
import { ProjectBook } from "./projects.js";
import { listQueried } from "./queried-resources.js";
import { RenderCache } from "./render-cache.js";
import { placementOf, type ReplicaOptions, Share, type ShareOptions } from "./replicas/share.js";
import { pollIntervalAnnotation, RepositoryBook } from "./repositories.js";
import { CompareMemory } from "./rooms/compare.js";
import type { GenerateRoom } from "./rooms/generate.js";
import { type RepositoryChange, RepositoryWatch } from "./rooms/watch.js";
import { type ControllerSettings, readSettings } from "./settings.js";
import { SharedRenders } from "./shared-renders.js";
import { treeChange } from "./tree-change.js";
import { updateFilter } from "./update-filter.js";
import { mayHaveChanged, readWebhook } from "./webhook.js";
import { asksAgain } from "./webhooks/generators.js";
import { Replays } from "./webhooks/replays.js";
import { WebhookSecretReader } from "./webhooks/secrets.js";
import { type Handled, type QueuedKey, WorkQueue } from "./work-queue.js";

export interface ControllerOptions {
  readonly hub: ClusterPort;
  readonly registry: ClusterRegistryPort;
  /** Makes the source of files; it asks for credentials by repository URL. */
  readonly createSource: (credentials: CredentialsFor) => Promise<SourcePort>;
  /** Makes the source of charts; without it only charts in git are rendered. */
  readonly createCharts?: (credentials: CredentialsFor) => ChartRegistryPort;
  readonly renderers: ToolRenderers;
  /** SCM hosts and plug-ins, for the generators that ask them. */
  readonly services?: GeneratorServices;
  readonly namespace: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  /** Brings notifications to their services; without it nobody is told. */
  readonly notifications?: NotificationPort;
  /** Runs users' health scripts; without it objects that have one are Unknown. */
  readonly lua?: LuaPort;
  readonly waveDelayMs?: number;
  readonly concurrency?: number;
  /** Win over what argocd-cmd-params-cm says. */
  readonly parameters?: ParameterOverrides;
  /** Threads for renders that take long. */
  readonly renderWorkers?: RenderWorkers;
  /** Renders that replicas and restarts share; loses anything at any time, hands out only what is ours. */
  readonly renders?: CachePort;
  /** Shares the fleet with other replicas by Leases; absent: this process works on everything. */
  readonly replicas?: ReplicaOptions;
}

const defaultConcurrency = 48;
/** Kubernetes waits 30 seconds; the rest of them is for the Lease and the connections. */
const stopGraceMs = 22_000;
const setDelayMs = 1_000;
/** How Applications stand only shows in their set's status, unless the set rolls out in steps. */
const setStatusDelayMs = 10_000;
/** A status that lists thousands of Applications is written more rarely: it is as large as they are many. */
const setStatusDelayOfOneMs = 4;
/** Who is not touched by a commit learns of it within this time, or slower where there are many: it costs a write each. */
const revisionSpreadMs = 5_000;
const revisionSpreadOfOneMs = 20;

/**
 * The controller: follows the control plane and all clusters, and walks every key that something happened to through the rooms. It keeps
 * nothing of its own: all it must not forget is in Kubernetes.
 */
export class Controller {
  private readonly queue: WorkQueue;
  private readonly setQueue: WorkQueue;
  private readonly plane: ControlPlane;
  private readonly repositories = new RepositoryBook();
  private readonly compareMemory = new CompareMemory();
  private readonly renderCache = new RenderCache();
  private readonly events: EventRecorder;
  private settings: ControllerSettings = readSettings();
  private readonly health: HealthBook;
  private isUpdate: (change: InformerChange) => boolean;
  private fleet: ClusterFleet;
  private source: SourcePort | undefined;
  private watch: RepositoryWatch | undefined;
  private applications: ApplicationReconciler | undefined;
  private sets: ApplicationSetReconciler | undefined;
  private guard: RolloutGuard | undefined;
  private notifier: Notifier | undefined;
  private readonly heldGauges: HeldPlanGauges;
  private readonly clusterGauges: ClusterGauges;
  private readonly webhookSecrets: WebhookSecretReader;
  private readonly replays: Replays;
  private readonly share: Share;
  private readonly late: LateReaders;
  /** Sets that have something to do beside telling how their Applications stand. */
  private readonly askedSets = new Set<string>();
  private ready = false;

  constructor(private readonly options: ControllerOptions) {
    const { hub, namespace, clock, random, telemetry } = options;
    const onError = (key: string, error: unknown): void => {
      telemetry.log.error("a reconcile failed", {
        key,
        error: formatError(error),
        stack: error instanceof Error ? error.stack : undefined,
      });
    };
    this.queue = new WorkQueue({
      clock,
      concurrency: options.concurrency ?? defaultConcurrency,
      handle: (key) => this.reconcileApplication(key),
      laneOf: (key) => this.laneOf(key),
      tenantOf: (key) => this.tenantOf(key),
      isStuck: (lane) => this.fleet.isStuck(lane),
      onError,
      onDepth: (depth) => telemetry.metrics.gauge("fleetwright_queue_depth", { queue: "applications" }, depth),
      onTaken: (ms) => telemetry.metrics.observe("fleetwright_queue_wait_seconds", { queue: "applications" }, ms / 1000),
    });
    this.setQueue = new WorkQueue({
      clock,
      concurrency: 4,
      handle: (key) => this.reconcileSet(key),
      onError,
      onDepth: (depth) => telemetry.metrics.gauge("fleetwright_queue_depth", { queue: "applicationsets" }, depth),
      onTaken: (ms) => telemetry.metrics.observe("fleetwright_queue_wait_seconds", { queue: "applicationsets" }, ms / 1000),
    });
    this.late = new LateReaders({ clock, random, later: (key, ms) => this.queue.addAfter(key, ms) });
    this.share = new Share(options.replicas && this.shareOptions(options.replicas));
    this.health = new HealthBook(options.lua);
    this.isUpdate = updateFilter({}, this.health.assess);
    this.events = new EventRecorder({ hub, clock, telemetry, component: "argocd-application-controller" });
    this.fleet = this.makeFleet();
    this.heldGauges = new HeldPlanGauges(telemetry.metrics, clock);
    this.clusterGauges = new ClusterGauges(telemetry.metrics);
    this.replays = new Replays(clock);
    this.webhookSecrets = new WebhookSecretReader(clock, async () => {
      const secret = await hub.get({ apiVersion: "v1", kind: "Secret", namespace, name: "argocd-secret" });
      return secret === undefined ? {} : secretData(secret);
    });
    this.plane = controlPlane({
      hub,
      namespace,
      scope: () => ({
        applications: this.settings.parameters.applicationNamespaces,
        applicationSets: this.settings.parameters.applicationSetNamespaces,
      }),
      clock,
      random,
      telemetry,
      onApplication: (change, own) => this.onApplication(change, own),
      onApplicationSet: (change) => this.onApplicationSet(change),
      onProject: (change) => this.onProject(change),
      onSecret: (change) => this.onSecret(change),
      onConfigMap: (change) => this.onConfigMap(change),
      ...(options.replicas ? { isKept: (object) => this.share.isKept(keyOfObject(object), object) } : {}),
    });
  }

  /** Why no write may go out now: asked by the clients of all clusters. */
  refusal(): Error | undefined {
    return this.share.refusal();
  }

  /** Resolves when the control plane has been read once and work begins. */
  async start(): Promise<void> {
    const { clock, random, telemetry, namespace, hub } = this.options;
    const plain = await this.options.createSource(this.repositories.credentialsFor);
    const guard = this.makeGuard(plain);
    this.guard = guard;
    const source = guardedSource(plain, (resolved) => guard.admit(resolved));
    this.source = source;
    this.watch = new RepositoryWatch({
      source,
      clock,
      random,
      telemetry,
      intervalMs: (repoURL) => this.repositories.pollIntervalMs(repoURL) ?? this.settings.reconciliationMs,
      jitterMs: () => this.settings.reconciliationJitterMs,
      onChange: (change) => this.onRepository(change),
      onGone: (place) => {
        for (const key of this.watch!.readersOf(place)) this.addReader(key);
      },
    });
    await this.plane.start();
    this.makeReconcilers(source);
    for (const secret of this.plane.secrets.values()) if (isClusterSecret(secret)) this.fleet.put(secret);
    await this.share.start();
    await this.ensureDefaultProject();
    this.notifier = this.makeNotifier(source);
    this.queue.start();
    this.setQueue.start();
    this.notifier?.start();
    this.ready = true;
    telemetry.log.info("controller started", {
      namespace,
      applications: this.plane.applications.size,
      applicationSets: this.plane.applicationSets.size,
    });
    void hub;
  }

  /** Finishes what is under way, `graceMs` at most, and hands the rest over: the next replica goes on from what is in Kubernetes. */
  async stop(graceMs = stopGraceMs): Promise<void> {
    const { clock, telemetry } = this.options;
    this.ready = false;
    this.watch?.stop();
    this.events.stop();
    const ended = Promise.all([this.queue.stop(), this.setQueue.stop(), this.notifier?.stop()]).then(() => true);
    let cancel = (): void => {};
    const late = new Promise<false>((resolve) => {
      cancel = clock.schedule(graceMs, () => resolve(false));
    });
    if (!(await Promise.race([ended, late])))
      telemetry.log.warn("stopped in the middle of work", { keys: this.queue.depth + this.setQueue.depth });
    cancel();
    await this.share.stop();
    await this.plane.stop();
    await this.fleet.stop();
  }

  get isReady(): boolean {
    return this.ready && this.plane.isSynced;
  }

  /** Brings gauges that grow with time up to date; called before metrics are read. */
  tick(): void {
    const { metrics } = this.options.telemetry;
    this.applications?.tick();
    const { applications, generation, members } = this.share.counts;
    metrics.gauge("fleetwright_shard_applications", {}, this.share.isAlone ? this.plane.applications.size : applications);
    metrics.gauge("fleetwright_shard_members", {}, members);
    metrics.gauge("fleetwright_shard_generation", {}, generation);
    metrics.gauge("fleetwright_applicationset_leader", {}, this.share.leadsSets ? 1 : 0);
    metrics.gauge("fleetwright_queue_oldest_seconds", { queue: "applications" }, this.queue.oldestMs / 1000);
    metrics.gauge("fleetwright_queue_oldest_seconds", { queue: "applicationsets" }, this.setQueue.oldestMs / 1000);
    this.heldGauges.update(this.guard?.held ?? [], [...this.plane.applicationSets.values()]);
    this.clusterGauges.update(this.fleet.list(), this.settings.parameters.metricLabels.clusters);
  }

  /** A webhook of a git host or a registry: looks at the repository at once. What it names and whether anybody reads that. */
  async webhook(
    headers: Readonly<Record<string, string | undefined>>,
    rawBody: Uint8Array,
  ): Promise<{ readonly repositories: readonly string[]; readonly followed: boolean }> {
    const event = readWebhook({ headers, body: rawBody }, await this.webhookSecrets.get(), this.replays);
    if (event.kind === "none") return { repositories: [], followed: false };
    const sets = [...this.plane.applicationSets.values()].filter((set) => asksAgain(set, event));
    for (const set of sets) this.addSet(keyOfObject(set), { urgent: true });
    // Nobody waits for the look: git hosts give an answer ten seconds, and a host that is slow would have its webhooks counted as failed.
    const found = this.watch?.poke((repoURL) => mayHaveChanged(repoURL, event)).found ?? false;
    // Only of repositories that are read: what strangers name must not become series.
    if (found)
      this.options.telemetry.metrics.count("argocd_webhook_requests_total", { repo: normalizeRepositoryURL(event.urls[0]!) });
    return { repositories: event.urls, followed: found || sets.length > 0 };
  }

  /** Looks at all repositories now, as if each had been announced. */
  async pollRepositories(): Promise<void> {
    await this.watch?.poke(() => true).done;
  }

  /** Both sides of one resource (`group/Kind/namespace/name`) as the Application's last comparison had them. */
  compared(
    namespace: string,
    name: string,
    resource: string,
  ):
    | { readonly target: KubernetesObject | null; readonly live: KubernetesObject | null; readonly modified: boolean }
    | undefined {
    const found = this.applications?.compared(`${namespace}/${name}`, resource);
    return found && { target: found.target, live: found.live, modified: found.status === "OutOfSync" };
  }

  /** What this replica is called now; "" where it is alone. */
  get identity(): string {
    return this.share.identity;
  }

  /** HTTP addresses of the replicas that share the fleet with this one. */
  get peers(): readonly string[] {
    return this.share.peers;
  }

  /** Every key of both queues, as `fleetwright admin queue` shows them. */
  queued(): {
    readonly replica: string;
    readonly applications: readonly QueuedKey[];
    readonly applicationSets: readonly QueuedKey[];
  } {
    return { replica: this.share.identity, applications: this.queue.keys(), applicationSets: this.setQueue.keys() };
  }

  /** Open episodes of drift, the oldest first; `lastSeen` where this process has compared the Application. */
  drift(filter: DriftFilter): readonly ValueObject[] {
    const applications = [...this.plane.applications.values()] as unknown as readonly ValueObject[];
    return driftRows(applications, filter, this.options.clock.now()).map((row) => {
      const seenMs = this.applications?.driftSeenMs(`${row.namespace}/${row.application}`);
      return { ...driftRowValue(row), ...(seenMs === undefined ? {} : { lastSeen: new Date(seenMs).toISOString() }) };
    });
  }

  /** Resolves when nothing is waiting to be done; timers do not count. */
  async whenIdle(): Promise<void> {
    await Promise.all([this.queue.whenIdle(), this.setQueue.whenIdle()]);
  }

  private makeReconcilers(source: SourcePort): void {
    const { hub, namespace, clock, random, telemetry, renderers } = this.options;
    const { plane, events } = this;
    const differs = new DifferBook();
    const charts = this.options.createCharts?.(this.repositories.credentialsFor);
    const settings = (): ControllerSettings => this.settings;
    const projects = new ProjectBook({ projects: plane.projects, fleet: this.fleet, namespace, clock, settings });
    const clusterOf = (app: Application): FleetCluster => this.clusterOf(app);
    const deletion = new ApplicationDeletion({
      hub,
      namespace,
      applications: plane.applications,
      telemetry,
      events,
      settings,
      clusterOf,
      projectOf: (app, cluster) => projects.verdict(app, cluster),
      assess: this.health.assess,
    });
    this.applications = new ApplicationReconciler({
      hub,
      namespace,
      applications: plane.applications,
      clock,
      random,
      telemetry,
      events,
      render: {
        source,
        cache: this.renderCache,
        renderers,
        telemetry,
        ...(charts ? { charts } : {}),
        ...(this.options.renderWorkers ? { workers: this.options.renderWorkers } : {}),
        ...(this.options.renders ? { shared: new SharedRenders(this.options.renders) } : {}),
      },
      settings,
      assess: this.health.assess,
      prepareHealth: (objects) => this.health.prepare(objects),
      differFor: (app) => differs.for(app, this.settings),
      compareMemory: this.compareMemory,
      waveDelayMs: () => this.options.waveDelayMs ?? this.settings.parameters.waveDelayMs ?? 2_000,
      clusterOf,
      projectOf: (app, cluster) => projects.verdict(app, cluster),
      deletion,
      heldPlans: (key) => this.guard?.heldFor(key) ?? [],
      onSources: (key, places) => {
        this.watch?.follow(key, places);
        for (const place of places) if (place.commit !== undefined) this.watch?.saw(place, place.commit);
      },
    });
    this.sets = new ApplicationSetReconciler({
      hub,
      plane,
      clock,
      telemetry,
      events: new EventRecorder({ hub, clock, telemetry, component: "argocd-applicationset-controller" }),
      heldPlans: (key) => this.guard?.heldFor(key) ?? [],
      statusCount: () => this.settings.parameters.setStatusCount,
      room: { source, ...this.generateRoom() },
    });
  }

  private generateRoom(): Omit<GenerateRoom, "source"> {
    const { hub, namespace, services } = this.options;
    return {
      controllerNamespace: namespace,
      configMap: (name) => this.plane.configMaps.get(namespace, name),
      secret: (name) => hub.get({ apiVersion: "v1", kind: "Secret", namespace, name }),
      resources: (query) => listQueried(hub, namespace, query),
      ...(services ? { services } : {}),
    };
  }

  private makeNotifier(source: SourcePort): Notifier | undefined {
    const { hub, namespace, clock, telemetry, notifications: port } = this.options;
    if (!port) return undefined;
    const { applications, projects, configMaps } = this.plane;
    const describe: SourcePort["describe"] = (repoURL, commit) => source.describe(repoURL, commit);
    return new Notifier({
      hub,
      namespace,
      applications,
      projects,
      configMaps,
      clock,
      telemetry,
      port,
      describe,
      mayTell: (key, object) => this.share.mayWorkOn(key, object) && !isPartial(object),
    });
  }

  private makeGuard(source: SourcePort): RolloutGuard {
    const { hub, namespace, clock, telemetry, renderers } = this.options;
    const { plane } = this;
    const charts = this.options.createCharts?.(this.repositories.credentialsFor);
    return new RolloutGuard({
      hub,
      namespace,
      source,
      clock,
      telemetry,
      events: this.events,
      record: () => plane.configMaps.get(namespace, guardConfigMap),
      plan: async (move, budgets) => {
        // A budget counts all Applications, also those that other replicas work on.
        return await planCommit(
          {
            source,
            generate: this.generateRoom(),
            render: { cache: this.renderCache, renderers, telemetry, ...(charts ? { charts } : {}) },
            currentOf: (resolved) => this.guard?.currentOf(resolved) ?? resolved.commit,
            applications: () => plane.applications.whole(),
            applicationSets: () => [...plane.applicationSets.values()],
            generateInput: () => ({
              clusterSecrets: [...plane.secrets.values()].filter(isClusterSecret),
              projects: new Set([...plane.projects.values()].map((project) => project.metadata.name)),
              now: kubernetesTime(clock.now()),
            }),
            pause: () => clock.sleep(0),
          },
          move,
          budgets,
        );
      },
      onHeld: ({ changes, applicationSets }) => {
        for (const { application } of changes) this.queue.add(application);
        for (const set of applicationSets) this.addSet(set);
      },
      onRelease: (repoURL) => void this.watch?.poke((url) => sameRepositoryURL(url, repoURL)),
    });
  }

  private async reconcileApplication(key: string): Promise<Handled> {
    const object = this.applicationAt(key);
    // Another replica's: it comes back to this one's queue when it comes to this one.
    if (object !== undefined && (!this.share.mayWorkOn(key, object) || isPartial(object))) return { kind: "done" };
    this.late.served(key);
    const { tracer } = this.options.telemetry;
    if (tracer === undefined) return await this.applications!.reconcile(key);
    return await tracer.span("reconcile", { application: key }, () => this.applications!.reconcile(key));
  }

  private shareOptions(replicas: ReplicaOptions): ShareOptions {
    const { namespace, clock, random, telemetry } = this.options;
    return {
      ...replicas,
      namespace,
      clock,
      random,
      telemetry,
      placement: () =>
        placementOf(
          replicas.algorithm ?? this.settings.parameters.shardingAlgorithm,
          this.fleet.list().map(({ registered }) => registered),
        ),
      applications: () => this.plane.applications.values(),
      release: async () => {
        const isKept = (key: string): boolean => this.share.mayWorkOn(key, this.applicationAt(key));
        await Promise.all([this.queue.drain(isKept), this.setQueue.drain(() => this.share.mayWorkOnSets())]);
      },
      onGained: async () => {
        this.plane.applications.recompact();
        await Promise.all([this.plane.applications.refill(), this.fleet.adjust(this.neededClusters())]);
      },
      onLost: (keys) => {
        for (const key of keys) this.letGo(key);
        this.plane.applications.recompact();
        void this.fleet.adjust(this.neededClusters());
      },
      onLead: async (leads) => {
        if (leads) await this.plane.applications.refill();
        else for (const set of this.plane.applicationSets.values()) this.watch?.forget(`set:${keyOfObject(set)}`);
      },
      onReady: (keys) => {
        if (keys.length === 0) this.addAllSets();
        for (const key of keys) {
          this.queue.add(key);
          this.notifier?.add(key);
        }
      },
    };
  }

  private applicationAt(key: string): KubernetesObject | undefined {
    const slash = key.indexOf("/");
    return this.plane.applications.get(key.slice(0, slash), key.slice(slash + 1));
  }

  /** Forgets what is kept of an Application that another replica works on now. */
  private letGo(key: string): void {
    this.queue.forget(key);
    this.late.forget(key);
    this.watch?.forget(key);
    this.applications?.forget(key);
  }

  private neededClusters(): ReadonlySet<string> {
    const needed = new Set<string>();
    for (const application of this.plane.applications.values()) {
      if (!this.share.isMine(keyOfObject(application), application)) continue;
      try {
        needed.add(this.clusterOf(applicationOf(application), false).registered.server);
      } catch {
        // Its own reconcile says that the destination is not known.
      }
    }
    return needed;
  }

  private async reconcileSet(key: string): Promise<Handled> {
    if (!this.share.mayWorkOnSets()) return { kind: "done" };
    const { tracer } = this.options.telemetry;
    const standingOnly = !this.askedSets.delete(key);
    const run = (): Promise<Handled> => this.sets!.reconcile(key, standingOnly);
    const handled = tracer === undefined ? await run() : await tracer.span("reconcile", { applicationSet: key }, run);
    this.watch?.follow(
      `set:${key}`,
      this.sets!.sourcesOf(key).map(({ repoURL, revision }) => ({ repoURL, revision: revision || "HEAD" })),
    );
    for (const { repoURL, revision, commit } of this.sets!.sourcesOf(key))
      if (commit !== undefined) this.watch?.saw({ repoURL, revision: revision || "HEAD" }, commit);
    return handled;
  }

  private makeFleet(): ClusterFleet {
    const { hub, registry, clock, random, telemetry } = this.options;
    return new ClusterFleet({
      hub,
      registry,
      settings: () => this.settings,
      clock,
      random,
      telemetry,
      onChange: (_server, apps, change) => {
        if (!isSignificant(change) || !this.isUpdate(change)) return;
        for (const instance of apps) {
          const key = this.keyOf(instance);
          // What an operation waits for lies on the way of a push: it goes on at once.
          this.queue.add(key, { urgent: operationPhaseOf(this.applicationAt(key)) === "Running" });
        }
      },
      keepsOwners: (instance) => {
        const application = this.applicationAt(this.keyOf(instance));
        return application !== undefined && asksForOwners(application, this.settings);
      },
      ...(this.options.replicas
        ? {
            share: {
              isKept: (instance: string) => {
                const key = this.keyOf(instance);
                return this.share.isMine(key, this.applicationAt(key));
              },
            },
          }
        : {}),
      onCluster: (server) => {
        for (const application of this.plane.applications.values())
          if (this.isOn(application, server)) this.queue.add(keyOfObject(application));
      },
      onSlow: () => this.queue.poke(),
      onBadSecret: (secret, error) => {
        telemetry.log.error("a cluster Secret cannot be used", { secret: secret.metadata.name, error: formatError(error) });
        this.events.note(secret, { type: "Warning", reason: "InvalidClusterSecret", message: formatError(error) });
      },
    });
  }

  /** Throws InputError in Argo CD's words, with the reason where the cluster's Secret cannot be read. */
  private clusterOf(app: Application, isFollowed = true): FleetCluster {
    const clusters = this.fleet.list();
    try {
      const { server } = resolveDestination(
        app.destination,
        clusters.map(({ registered }) => registered),
      );
      return isFollowed ? this.fleet.wake(server)! : this.fleet.get(server)!;
    } catch (error) {
      const problem = this.fleet.problemOf(app.destination.server ?? app.destination.name ?? "");
      if (problem === undefined || !(error instanceof Error)) throw error;
      throw Object.assign(error, { message: `${error.message}: ${problem}` });
    }
  }

  /** The cluster that an Application goes to, as its spec names it: what is slow there must not hold up the others. */
  private laneOf(key: string): string {
    const destination = objectAt(objectAt(this.applicationAt(key) as unknown as ValueObject | undefined, "spec"), "destination");
    return stringAt(destination, "server") || stringAt(destination, "name");
  }

  /** The project that an Application belongs to. */
  private tenantOf(key: string): string {
    return stringAt(objectAt(this.applicationAt(key) as unknown as ValueObject | undefined, "spec"), "project");
  }

  private isOn(application: KubernetesObject, server: string): boolean {
    const { destination } = applicationOf(application);
    const cluster = this.fleet.get(server)?.registered;
    return destination.server?.replace(/\/+$/, "") === server || destination.name === cluster?.name || cluster === undefined;
  }

  private keyOf(instance: string): string {
    const underscore = instance.indexOf("_");
    return underscore < 0
      ? `${this.options.namespace}/${instance}`
      : `${instance.slice(0, underscore)}/${instance.slice(underscore + 1)}`;
  }

  private onApplication({ before, after }: InformerChange, own: boolean): void {
    const object = (after ?? before)!;
    const key = keyOfObject(object);
    this.notifier?.add(key);
    if (after === undefined) {
      this.share.forget(key);
      this.queue.forget(key);
      this.late.forget(key);
      this.watch?.forget(key);
      this.queue.add(key);
    } else if (this.share.takes(key, after) && (before === undefined || isAsked(before, after)))
      this.queue.add(key, { urgent: before !== undefined });
    const owner = object.metadata.ownerReferences?.find((reference) => reference.kind === "ApplicationSet");
    if (owner === undefined || !this.ready) return;
    const set = `${object.metadata.namespace ?? ""}/${owner.name}`;
    if (before === undefined || after === undefined || isChangedBeyondStatus(before, after)) {
      if (!own) this.addSetSoon(set);
    } else if (!sameValue(standingOf(before), standingOf(after))) this.addStanding(set);
  }

  private addSet(key: string, options: { readonly urgent?: boolean } = {}): void {
    this.askedSets.add(key);
    this.setQueue.add(key, options);
  }

  private addSetSoon(key: string): void {
    this.askedSets.add(key);
    this.setQueue.addAfter(key, setDelayMs);
  }

  private addStanding(set: string): void {
    // A set that rolls out in steps decides by how its Applications stand.
    if (this.isRolling(set)) this.addSetSoon(set);
    else this.setQueue.addAfter(set, Math.max(setStatusDelayMs, this.plane.applications.size * setStatusDelayOfOneMs));
  }

  private isRolling(set: string): boolean {
    const slash = set.indexOf("/");
    const object = this.plane.applicationSets.get(set.slice(0, slash), set.slice(slash + 1));
    return (
      stringAt(objectAt(objectAt(object as unknown as ValueObject | undefined, "spec"), "strategy"), "type") === "RollingSync"
    );
  }

  private onApplicationSet({ before, after }: InformerChange): void {
    const key = keyOfObject((after ?? before)!);
    if (after === undefined) {
      this.setQueue.forget(key);
      this.askedSets.delete(key);
      this.watch?.forget(`set:${key}`);
    }
    if (before === undefined || after === undefined || isChangedBeyondStatus(before, after)) this.addSet(key);
  }

  private onProject({ before, after }: InformerChange): void {
    if (!sameValue(before?.metadata.annotations, after?.metadata.annotations)) this.notifier?.addAll();
    if (before !== undefined && after !== undefined && sameValue(before["spec"], after["spec"])) return;
    const { name } = (after ?? before)!.metadata;
    for (const application of this.plane.applications.values())
      if (applicationOf(application).project === name) this.queue.add(keyOfObject(application));
    if (before === undefined || after === undefined) this.addAllSets();
  }

  private onSecret({ before, after }: InformerChange): void {
    const object = (after ?? before)!;
    if (
      before !== undefined &&
      after !== undefined &&
      !isChangedBeyondStatus(before, after) &&
      sameValue(before["data"], after["data"])
    )
      return;
    if (isClusterSecret(object)) {
      if (after === undefined) this.fleet.remove(object.metadata.name);
      else if (this.ready) this.fleet.put(after);
      this.addAllSets();
      return;
    }
    if (after === undefined) this.repositories.remove(object.metadata.name);
    else this.repositories.put(after);
    if (before?.metadata.annotations?.[pollIntervalAnnotation] !== after?.metadata.annotations?.[pollIntervalAnnotation])
      this.watch?.reschedule();
  }

  private onConfigMap({ before, after }: InformerChange): void {
    const { name } = (after ?? before)!.metadata;
    if (name === guardConfigMap) this.guard?.onRecord(after);
    if (name === notificationsConfigMap) this.notifier?.addAll();
    if ((name !== "argocd-cm" && name !== "argocd-cmd-params-cm") || sameValue(before?.["data"], after?.["data"])) return;
    const old = this.settings;
    this.settings = readSettings({
      argocdCm: this.plane.configMaps.get(this.options.namespace, "argocd-cm"),
      cmdParams: this.plane.configMaps.get(this.options.namespace, "argocd-cmd-params-cm"),
      overrides: this.options.parameters,
    });
    this.queue.concurrency = this.options.concurrency ?? this.settings.parameters.statusProcessors ?? defaultConcurrency;
    this.health.use(this.settings.healthOverrides);
    this.isUpdate = updateFilter(this.settings.data, this.health.assess);
    this.compareMemory.clear();
    if (!this.ready) return;
    if (old.reconciliationMs !== this.settings.reconciliationMs) this.watch?.reschedule();
    if (!sameValue(old.parameters, this.settings.parameters)) this.plane.rescope();
    const followsOther =
      !sameValue(old.tracking, this.settings.tracking) ||
      old.data["resource.exclusions"] !== this.settings.data["resource.exclusions"] ||
      old.data["resource.inclusions"] !== this.settings.data["resource.inclusions"];
    if (followsOther) this.fleet.reload();
    for (const application of this.plane.applications.values()) this.queue.add(keyOfObject(application));
  }

  /** A new commit: whom it touches is worked on at once, the others learn the new revision a little later. */
  private async onRepository({ repoURL, revision, from, to }: RepositoryChange): Promise<void> {
    const { telemetry } = this.options;
    const source = this.source!;
    const tree = await source.tree(repoURL, to);
    const change = from === undefined ? undefined : await treeChange(source, repoURL, from, to);
    let touched = 0;
    const readers = this.watch!.readersOf({ repoURL, revision });
    // Later than a poll would have told them is late even for the largest fleet.
    const { reconciliationMs, reconciliationJitterMs } = this.settings;
    const latestMs = reconciliationMs > 0 ? reconciliationMs + reconciliationJitterMs : Number.POSITIVE_INFINITY;
    const spreadMs = Math.max(revisionSpreadMs, Math.min(readers.length * revisionSpreadOfOneMs, latestMs));
    for (const reader of readers) {
      if (reader.startsWith("set:")) {
        if (!(await this.sets!.isTouchedBy(reader.slice(4), repoURL, change))) continue;
        touched++;
        this.addSet(reader.slice(4), { urgent: true });
        continue;
      }
      const isTouched = this.applications!.isTouchedBy(reader, repoURL, tree, change);
      if (isTouched) {
        touched++;
        this.options.renderWorkers?.supersede(reader);
        this.queue.add(reader, { urgent: true });
      } else this.late.add(reader, spreadMs);
    }
    telemetry.metrics.count("fleetwright_commit_readers_total", { touched: "true" }, touched);
    telemetry.metrics.count("fleetwright_commit_readers_total", { touched: "false" }, readers.length - touched);
    telemetry.log.info("new commit", { repo: repoURL, revision, commit: to, touched });
  }

  private addReader(reader: string): void {
    if (reader.startsWith("set:")) this.addSet(reader.slice(4));
    else this.queue.add(reader);
  }

  private addAllSets(): void {
    for (const set of this.plane.applicationSets.values()) this.addSet(keyOfObject(set));
  }

  /** Argo CD's server makes the default project where there is none; applications without a project belong to it. */
  private async ensureDefaultProject(): Promise<void> {
    const { hub, namespace, telemetry } = this.options;
    if (this.plane.projects.get(namespace, "default") !== undefined) return;
    const spec = {
      sourceRepos: ["*"],
      destinations: [{ server: "*", namespace: "*" }],
      clusterResourceWhitelist: [{ group: "*", kind: "*" }],
    };
    const project = { apiVersion: "argoproj.io/v1alpha1", kind: "AppProject", metadata: { name: "default", namespace }, spec };
    await hub.create(project).then(
      (made) => this.plane.projects.assume(made),
      (error: unknown) => telemetry.log.warn("the default project was not made", { error: formatError(error) }),
    );
  }
}

function keyOfObject(object: KubernetesObject): string {
  return `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
}

function isClusterSecret(object: KubernetesObject): boolean {
  return object.metadata.labels?.[secretTypeLabel] === "cluster";
}
