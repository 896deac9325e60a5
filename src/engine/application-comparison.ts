import { stableRandomAnnotation } from "../core/helm/stable-random-annotation.js";
import type { KubernetesObject } from "../core/manifest/object.js";
import { listAt, objectAt } from "../core/manifest/value.js";
import type { FileTree } from "../core/render/file-tree.js";
import { instanceName } from "../core/tracking/application-flags.js";
import { type Application, kindsOf } from "./application.js";
import type { ApplicationContext } from "./application-context.js";
import type { FleetCluster } from "./cluster-fleet.js";
import type { Condition } from "./conditions.js";
import type { ComparedResource, HealthVerdict } from "./decide.js";
import { DryRuns } from "./dry-runs.js";
import { heldText } from "./guard/guard-record.js";
import { orphansOf, orphanWarning } from "./orphans.js";
import type { ProjectVerdict } from "./projects.js";
import { type CompareOutput, compareApplication } from "./rooms/compare.js";
import { type RenderOutput, renderApplication } from "./rooms/render.js";
import { timed } from "./rooms/timed.js";
import { targetsOf } from "./targets.js";
import type { TreeChange } from "./tree-change.js";

interface Memory {
  /** The renders that the targets come from, by repository. */
  readonly renders: RenderOutput["renders"];
  readonly renderId: string;
  readonly epoch: string;
  readonly targets: readonly KubernetesObject[];
  readonly conditions: readonly Condition[];
  /** The last comparison, for whoever wants to see a difference. */
  resources?: readonly ComparedResource[];
}

/** The first rooms of an Application's walk, and what is remembered of them: targets stay the same objects while nothing changes. */
export class ApplicationComparison {
  private readonly memory = new Map<string, Memory>();
  private readonly dryRuns = new DryRuns();
  /** Applications with a gauge of orphans. */
  private readonly orphaned = new Map<string, Readonly<Record<string, string>>>();

  constructor(private readonly context: ApplicationContext) {}

  forget(key: string): void {
    this.memory.delete(key);
    this.forgetOrphans(key);
  }

  private forgetOrphans(key: string): void {
    const labels = this.orphaned.get(key);
    this.orphaned.delete(key);
    if (labels !== undefined) this.context.telemetry.metrics.removeGauge("argocd_app_orphaned_resources_count", labels);
  }

  /** Whether a tree of a repository would render an Application differently; true where that is not known. */
  isTouchedBy(key: string, repoURL: string, tree: FileTree, change?: TreeChange): boolean {
    // Asked of thousands at each commit, so without a list of its own for each.
    let isRead = false;
    for (const render of this.memory.get(key)?.renders ?? []) {
      if (render.repoURL !== repoURL) continue;
      isRead = true;
      if (this.context.render.cache.holds(render.key, tree, { ref: render.ref, change }) !== true) return true;
    }
    return !isRead;
  }

  /** The manifests that the Application's sources come to. */
  async render(
    app: Application,
    cluster: FleetCluster,
    options: { refresh: "normal" | "hard" | undefined; revisions?: readonly string[]; maxAgeMs?: number },
  ): Promise<RenderOutput> {
    const { context } = this;
    return await timed(context.telemetry, context.clock, "render", () =>
      renderApplication(context.render, {
        application: app.key,
        project: app.project,
        appName: app.name,
        stableRandom: app.object.metadata.annotations?.[stableRandomAnnotation],
        namespace: app.destination.namespace,
        sources: app.sources,
        ...(options.revisions === undefined ? {} : { revisions: options.revisions }),
        kubeVersion: cluster.live.version,
        apiVersions: cluster.live.apiVersions,
        maxAgeMs: options.maxAgeMs ?? (options.refresh === undefined ? Number.POSITIVE_INFINITY : 0),
        force: options.refresh === "hard",
      }),
    );
  }

  /** What is wanted in the cluster; the same objects while neither the render nor the cluster's kinds change. */
  targets(app: Application, cluster: FleetCluster, output: RenderOutput): Memory {
    const { context } = this;
    const settings = context.settings();
    const { namespace } = app.destination;
    const { live } = cluster;
    const epoch = `${cluster.registered.server}|${live.epoch}|${namespace}|${JSON.stringify(settings.tracking)}`;
    const memoryKey = `${app.key}|${output.id}`;
    let memory = this.memory.get(app.key);
    if (memory === undefined || memory.renderId !== memoryKey || memory.epoch !== epoch) {
      const { objects, conditions } = targetsOf(output.manifests, {
        instance: instanceName(app.object.metadata, context.namespace),
        namespace,
        tracking: settings.tracking,
        isNamespaced: (group, kind) => live.isNamespaced(group, kind),
        isExcluded: (group, kind) => settings.isExcluded(group, kind, cluster.registered.server),
      });
      memory = { renderId: memoryKey, epoch, targets: objects, conditions, renders: output.renders };
      this.memory.set(app.key, memory);
    }
    return memory;
  }

  /** What is wanted beside what is there. */
  async compare(app: Application, cluster: FleetCluster, output: RenderOutput, project: ProjectVerdict): Promise<CompareOutput> {
    const { context } = this;
    const settings = context.settings();
    const instance = instanceName(app.object.metadata, context.namespace);
    const { namespace } = app.destination;
    const { live } = cluster;
    const memory = this.targets(app, cluster, output);
    const { targets, conditions } = memory;
    const failures: Condition[] = [];
    const healthOf = (object: KubernetesObject): HealthVerdict | undefined => {
      const { health, error } = context.assess(object);
      if (error !== undefined) failures.push({ type: "ComparisonError", message: `error setting app health: ${error.message}` });
      return health && { status: health.status, message: health.message };
    };
    const compared = await timed(context.telemetry, context.clock, "compare", () =>
      compareApplication({
        instance,
        namespace,
        targets,
        live,
        tracking: settings.tracking,
        formerKinds: kindsOf(app),
        differ: context.differFor(app),
        health: healthOf,
        prepareHealth: context.prepareHealth,
        memory: context.compareMemory,
        dryRuns: this.dryRuns,
        createsNamespace: listAt(objectAt(app.spec, "syncPolicy"), "syncOptions").includes("CreateNamespace=true"),
        isPermitted: project.isPermitted,
      }),
    );
    memory.resources = compared.resources;
    const warnings = output.warnings.map((message): Condition => ({ type: "RenderWarning", message }));
    const holds = context.heldPlans(app.key).map((plan): Condition => ({ type: "RolloutHeld", message: heldText(plan) }));
    const orphaned = this.orphans(app, cluster, compared, project);
    return { ...compared, conditions: [...conditions, ...warnings, ...holds, ...compared.conditions, ...failures, ...orphaned] };
  }

  /** Looks for orphans where the project asks for it. */
  private orphans(
    app: Application,
    { live }: FleetCluster,
    compared: CompareOutput,
    project: ProjectVerdict,
  ): readonly Condition[] {
    const { context } = this;
    const rule = project.orphans;
    const { namespace } = app.destination;
    live.watchNamespace(instanceName(app.object.metadata, context.namespace), rule && (namespace || undefined));
    const labels = { namespace: app.namespace, name: app.name, project: app.project };
    if (rule === undefined) {
      this.forgetOrphans(app.key);
      return [];
    }
    const orphans = orphansOf({
      rule,
      live,
      namespace,
      managed: new Set(compared.resources.map(({ key }) => key)),
      trackedApp: context.settings().trackedApp,
      isApplication: (instance) => {
        const at = instance.indexOf("_");
        return context.applications.get(at < 0 ? context.namespace : instance.slice(0, at), instance.slice(at + 1)) !== undefined;
      },
      isPermitted: (object) => project.isPermitted(object, true),
    });
    this.orphaned.set(app.key, labels);
    context.telemetry.metrics.gauge("argocd_app_orphaned_resources_count", labels, orphans.length);
    return orphans.length > 0 && rule.warns ? [orphanWarning(orphans)] : [];
  }

  /** What the last comparison found of one resource (`group/Kind/namespace/name`). */
  compared(key: string, resource: string): ComparedResource | undefined {
    return this.memory.get(key)?.resources?.find((found) => found.key === resource);
  }
}
