import { type DriftFilter, driftRows, driftRowValue } from "../core/drift/drift-rows.js";
import { formatError } from "../core/errors.js";
import type { KubernetesObject } from "../core/manifest/object.js";
import { objectAt, stringAt, type ValueObject } from "../core/manifest/value.js";
import { sameRepositoryURL } from "../core/render/repository-url.js";
import { instanceName, skipsReconcile } from "../core/tracking/application-flags.js";
import { resolveDestination } from "../core/tracking/destination.js";
import type { SourcePort } from "../ports/source.js";
import { type Application, applicationOf } from "./application.js";
import { ApplicationDeletion } from "./application-deletion.js";
import { ApplicationReconciler } from "./application-reconciler.js";
import { ApplicationSetReconciler } from "./application-set-reconciler.js";
import { isSignificant, operationPhaseOf } from "./change-filter.js";
import { ClusterFleet, type FleetCluster, inClusterServer } from "./cluster-fleet.js";
import { ClusterGauges } from "./cluster-gauges.js";
import { type ControlPlane, controlPlane, isClusterSecret } from "./control-plane.js";
import type { ControllerOptions } from "./controller-options.js";
import { ensureDefaultProject } from "./default-project.js";
import { asksForOwners, DifferBook } from "./differ.js";
import { EventRecorder } from "./events.js";
import { commitGuard } from "./guard/commit-guard.js";
import { guardConfigMap } from "./guard/guard-record.js";
import { guardedSource } from "./guard/guarded-source.js";
import { HeldPlanGauges } from "./guard/held-plan-gauges.js";
import type { RolloutGuard } from "./guard/rollout-guard.js";
import { HealthBook } from "./health-book.js";
import { type InformerChange, isPartial } from "./informer.js";
import { LateReaders } from "./late-readers.js";
import { sameValue } from "./merge-patch.js";
import { Notifier, notificationsConfigMap } from "./notifications/notifier.js";
import { keyOfObject, objectOfKey } from "./object-key.js";
import { PlaneChanges } from "./plane-changes.js";
import { ProjectBook } from "./projects.js";
import { listQueried } from "./queried-resources.js";
import { RenderCache } from "./render-cache.js";
import { placementOf, type ReplicaOptions, Share, type ShareOptions } from "./replicas/share.js";
import { RepositoryBook } from "./repositories.js";
import { CompareMemory } from "./rooms/compare.js";
import type { GenerateRoom } from "./rooms/generate.js";
import { type RepositoryChange, RepositoryWatch } from "./rooms/watch.js";
import { SetWork } from "./set-work.js";
import { type ControllerSettings, readSettings } from "./settings.js";
import { SharedRenders } from "./shared-renders.js";
import { tellReaders } from "./tell-readers.js";
import { updateFilter } from "./update-filter.js";
import { type WebhookAnswer, WebhookReceiver } from "./webhooks/receiver.js";
import { type Handled, type QueuedKey, WorkQueue } from "./work-queue.js";

const defaultConcurrency = 48;
/** Kubernetes waits 30 seconds; the rest of them is for the Lease and the connections. */
const stopGraceMs = 22_000;

/**
 * The controller: follows the control plane and all clusters, and walks every key that something happened to through the rooms. It keeps
 * nothing of its own: all it must not forget is in Kubernetes.
 */
export class Controller {
  private readonly queue: WorkQueue;
  private readonly setWork: SetWork;
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
  private readonly webhooks: WebhookReceiver;
  private readonly share: Share;
  private readonly late: LateReaders;
  private ready = false;
  private readonly kustomizeBuildOptions = (): string => this.settings.data["kustomize.buildOptions"] ?? "";

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
    this.setWork = new SetWork({
      clock,
      telemetry,
      handle: (key, standingOnly) => this.reconcileSet(key, standingOnly),
      onError,
      sets: () => this.plane.applicationSets,
      applicationCount: () => this.plane.applications.size,
    });
    this.late = new LateReaders({ clock, random, later: (key, ms) => this.queue.addAfter(key, ms) });
    this.share = new Share(options.replicas && this.shareOptions(options.replicas));
    this.health = new HealthBook(options.lua);
    this.isUpdate = updateFilter({}, this.health.assess);
    this.events = new EventRecorder({ hub, clock, telemetry, component: "argocd-application-controller" });
    this.fleet = this.makeFleet();
    this.heldGauges = new HeldPlanGauges(telemetry.metrics, clock);
    this.clusterGauges = new ClusterGauges(telemetry.metrics);
    this.webhooks = new WebhookReceiver({
      hub,
      namespace,
      clock,
      telemetry,
      sets: () => this.plane.applicationSets,
      addSet: (key) => this.setWork.add(key, { urgent: true }),
      poke: (concerns) => this.watch?.poke(concerns).found ?? false,
    });
    const changes = new PlaneChanges({
      applications: () => this.plane.applications,
      queue: this.queue,
      setWork: this.setWork,
      share: this.share,
      late: this.late,
      fleet: this.fleet,
      repositories: this.repositories,
      watch: () => this.watch,
      notifier: () => this.notifier,
      isReady: () => this.ready,
      settings: () => this.settings,
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
      onApplication: (change, own) => changes.onApplication(change, own),
      onApplicationSet: (change) => changes.onApplicationSet(change),
      onProject: (change) => changes.onProject(change),
      onSecret: (change) => changes.onSecret(change),
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
      onChange: (change) => this.onCommit(change),
      onGone: (place) => {
        for (const key of this.watch!.readersOf(place)) this.addReader(key);
      },
    });
    await this.plane.start();
    this.makeReconcilers(source);
    for (const secret of this.plane.secrets.values()) if (isClusterSecret(secret)) this.fleet.put(secret);
    await this.share.start();
    await ensureDefaultProject({ hub, namespace, telemetry, projects: this.plane.projects });
    this.notifier = this.makeNotifier(source);
    this.queue.start();
    this.setWork.queue.start();
    this.notifier?.start();
    this.ready = true;
    telemetry.log.info("controller started", {
      namespace,
      applications: this.plane.applications.size,
      applicationSets: this.plane.applicationSets.size,
    });
  }

  /** Finishes what is under way, `graceMs` at most, and hands the rest over: the next replica goes on from what is in Kubernetes. */
  async stop(graceMs = stopGraceMs): Promise<void> {
    const { clock, telemetry } = this.options;
    this.ready = false;
    this.watch?.stop();
    this.events.stop();
    const ended = Promise.all([this.queue.stop(), this.setWork.queue.stop(), this.notifier?.stop()]).then(() => true);
    let cancel = (): void => {};
    const late = new Promise<false>((resolve) => {
      cancel = clock.schedule(graceMs, () => resolve(false));
    });
    if (!(await Promise.race([ended, late])))
      telemetry.log.warn("stopped in the middle of work", { keys: this.queue.depth + this.setWork.queue.depth });
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
    metrics.gauge("fleetwright_queue_oldest_seconds", { queue: "applicationsets" }, this.setWork.queue.oldestMs / 1000);
    this.heldGauges.update(this.guard?.held ?? [], [...this.plane.applicationSets.values()]);
    this.clusterGauges.update(this.fleet.list(), this.settings.parameters.metricLabels.clusters);
  }

  /** A webhook of a git host or a registry: looks at the repository at once. What it names and whether anybody reads that. */
  async webhook(headers: Readonly<Record<string, string | undefined>>, rawBody: Uint8Array): Promise<WebhookAnswer> {
    return await this.webhooks.receive(headers, rawBody);
  }

  /** The largest body of a webhook that is taken. */
  get mostWebhookBytes(): number {
    return this.settings.mostWebhookBytes;
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
    return { replica: this.share.identity, applications: this.queue.keys(), applicationSets: this.setWork.queue.keys() };
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
    await Promise.all([this.queue.whenIdle(), this.setWork.queue.whenIdle()]);
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
        kustomizeBuildOptions: this.kustomizeBuildOptions,
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
      metricLabels: () => this.settings.parameters.metricLabels.applicationSets,
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
    const { hub, namespace, clock, telemetry, renderers, createCharts } = this.options;
    const charts = createCharts?.(this.repositories.credentialsFor);
    return commitGuard({
      hub,
      namespace,
      clock,
      telemetry,
      source,
      plane: this.plane,
      events: this.events,
      generate: this.generateRoom(),
      render: {
        cache: this.renderCache,
        renderers,
        telemetry,
        kustomizeBuildOptions: this.kustomizeBuildOptions,
        ...(charts ? { charts } : {}),
      },
      onHeld: ({ changes, applicationSets }) => {
        for (const { application } of changes) this.queue.add(application);
        for (const set of applicationSets) this.setWork.add(set);
      },
      onRelease: (repoURL) => void this.watch?.poke((url) => sameRepositoryURL(url, repoURL)),
    });
  }

  private async reconcileApplication(key: string): Promise<Handled> {
    const object = this.applicationAt(key);
    // Another replica's: it comes back to this one's queue when it comes to this one.
    if (object !== undefined && (!this.share.mayWorkOn(key, object) || isPartial(object))) return { kind: "done" };
    if (object !== undefined && skipsReconcile(object)) return { kind: "done" };
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
        await Promise.all([this.queue.drain(isKept), this.setWork.queue.drain(() => this.share.mayWorkOnSets())]);
      },
      onGained: async (keys) => {
        // What was another's is held in part only; what has just appeared is held whole.
        const thin = keys.filter((key) => {
          const held = this.applicationAt(key);
          return held !== undefined && isPartial(held);
        });
        await Promise.all([
          thin.length > 0 ? this.plane.applications.refill(new Set(thin)) : undefined,
          this.fleet.gain(this.byCluster(keys)),
        ]);
      },
      onLost: (keys) => {
        for (const key of keys) this.letGo(key);
        this.plane.applications.recompact(keys);
        this.fleet.lose(
          keys.map((key) => this.instanceOf(key)),
          this.neededClusters(),
        );
      },
      onLead: async (leads) => {
        if (leads) return await this.plane.applications.refill();
        for (const set of this.plane.applicationSets.values()) this.watch?.forget(`set:${keyOfObject(set)}`);
        this.plane.applications.recompact();
      },
      onReady: (keys) => {
        if (keys.length === 0) this.setWork.addAll();
        for (const key of keys) {
          this.queue.add(key);
          this.notifier?.add(key);
        }
      },
    };
  }

  private isMine(key: string): boolean {
    return this.share.isMine(key, this.applicationAt(key));
  }

  private applicationAt(key: string): KubernetesObject | undefined {
    return objectOfKey(this.plane.applications, key);
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
      const key = keyOfObject(application);
      if (this.share.isMine(key, application)) needed.add(this.serverOf(key));
    }
    return needed;
  }

  /** Instances of Applications by the server that each goes to. */
  private byCluster(keys: readonly string[]): ReadonlyMap<string, readonly string[]> {
    const found = new Map<string, string[]>();
    for (const key of keys) {
      const server = this.serverOf(key);
      const others = found.get(server);
      if (others) others.push(this.instanceOf(key));
      else found.set(server, [this.instanceOf(key)]);
    }
    return found;
  }

  /** The server that an Application goes to; "" where that is not known, which its own reconcile says. */
  private serverOf(key: string): string {
    const application = this.applicationAt(key);
    if (application === undefined) return "";
    try {
      return this.clusterOf(applicationOf(application), false).registered.server;
    } catch {
      return "";
    }
  }

  private async reconcileSet(key: string, standingOnly: boolean): Promise<Handled> {
    if (!this.share.mayWorkOnSets()) return { kind: "done" };
    const { tracer } = this.options.telemetry;
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
        const keys = [...apps].map((instance) => this.keyOf(instance)).filter((key) => this.isMine(key));
        if (keys.length === 0 || !isSignificant(change) || !this.isUpdate(change)) return;
        for (const key of keys) {
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
              isKept: (instance: string) => this.isMine(this.keyOf(instance)),
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
    const { name, server: named = "" } = app.destination;
    const known = name === undefined && named !== inClusterServer ? this.fleet.get(named) : undefined;
    // As nearly all Applications name it: nothing to resolve.
    if (known !== undefined) return isFollowed ? this.fleet.wake(named)! : known;
    const clusters = this.fleet.list();
    try {
      const { server } = resolveDestination(
        app.destination,
        clusters.map(({ registered }) => registered),
        { inClusterEnabled: this.settings.data["cluster.inClusterEnabled"] !== "false" },
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

  private instanceOf(key: string): string {
    const [namespace = "", name = ""] = key.split("/");
    return instanceName({ namespace, name }, this.options.namespace);
  }

  private keyOf(instance: string): string {
    const underscore = instance.indexOf("_");
    return underscore < 0
      ? `${this.options.namespace}/${instance}`
      : `${instance.slice(0, underscore)}/${instance.slice(underscore + 1)}`;
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

  private async onCommit(change: RepositoryChange): Promise<void> {
    await tellReaders(change, {
      source: this.source!,
      telemetry: this.options.telemetry,
      readers: () => this.watch!.readersOf(change),
      settings: () => this.settings,
      isSetTouched: (key, tree) => this.sets!.isTouchedBy(key, change.repoURL, tree),
      onSet: (key) => this.setWork.add(key, { urgent: true }),
      isTouched: (key, tree, between) => this.applications!.isTouchedBy(key, change.repoURL, tree, between),
      onTouched: (key) => {
        this.options.renderWorkers?.supersede(key);
        this.queue.add(key, { urgent: true });
      },
      onUntouched: (key, spreadMs) => this.late.add(key, spreadMs),
    });
  }

  private addReader(reader: string): void {
    if (reader.startsWith("set:")) this.setWork.add(reader.slice(4));
    else this.queue.add(reader);
  }
}
