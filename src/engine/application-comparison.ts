import type { KubernetesObject } from "../core/manifest/object.js";
import { listAt, objectAt } from "../core/manifest/value.js";
import type { FileTree } from "../core/render/file-tree.js";
import { instanceName } from "../core/tracking/application-flags.js";
import { type Application, kindsOf } from "./application.js";
import type { ApplicationContext } from "./application-context.js";
import type { FleetCluster } from "./cluster-fleet.js";
import type { Condition } from "./conditions.js";
import type { ComparedResource, HealthVerdict } from "./decide.js";
import { heldText } from "./guard/guard-record.js";
import type { ProjectVerdict } from "./projects.js";
import { type CompareOutput, compareApplication } from "./rooms/compare.js";
import { type RenderOutput, renderApplication } from "./rooms/render.js";
import { timed } from "./rooms/timed.js";
import { targetsOf } from "./targets.js";

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

  constructor(private readonly context: ApplicationContext) {}

  forget(key: string): void {
    this.memory.delete(key);
  }

  /** Whether a tree of a repository would render an Application differently; true where that is not known. */
  isTouchedBy(key: string, repoURL: string, tree: FileTree): boolean {
    const renders = this.memory.get(key)?.renders.filter((render) => render.repoURL === repoURL);
    if (renders === undefined || renders.length === 0) return true;
    return !renders.every((render) => this.context.render.cache.holds(render.key, tree, render.ref) === true);
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
        appName: app.name,
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

  /** What is wanted beside what is there. */
  async compare(app: Application, cluster: FleetCluster, output: RenderOutput, project: ProjectVerdict): Promise<CompareOutput> {
    const { context } = this;
    const settings = context.settings();
    const instance = instanceName(app.object.metadata, context.namespace);
    const { namespace } = app.destination;
    const { live } = cluster;
    const epoch = `${cluster.registered.server}|${live.epoch}|${namespace}|${JSON.stringify(settings.tracking)}`;
    const memoryKey = `${app.key}|${output.id}`;
    let memory = this.memory.get(app.key);
    if (memory === undefined || memory.renderId !== memoryKey || memory.epoch !== epoch) {
      const { objects, conditions } = targetsOf(output.manifests, {
        instance,
        namespace,
        tracking: settings.tracking,
        isNamespaced: (group, kind) => live.isNamespaced(group, kind),
        isExcluded: (group, kind) => settings.isExcluded(group, kind, cluster.registered.server),
      });
      memory = { renderId: memoryKey, epoch, targets: objects, conditions, renders: output.renders };
      this.memory.set(app.key, memory);
    }
    const { targets, conditions } = memory;
    const healthOf = (object: KubernetesObject): HealthVerdict | undefined => {
      const { health } = context.assess(object);
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
        memory: context.compareMemory,
        createsNamespace: listAt(objectAt(app.spec, "syncPolicy"), "syncOptions").includes("CreateNamespace=true"),
        isPermitted: project.isPermitted,
      }),
    );
    memory.resources = compared.resources;
    const warnings = output.warnings.map((message): Condition => ({ type: "RenderWarning", message }));
    const holds = context.heldPlans(app.key).map((plan): Condition => ({ type: "RolloutHeld", message: heldText(plan) }));
    return { ...compared, conditions: [...conditions, ...warnings, ...holds, ...compared.conditions] };
  }

  /** What the last comparison found of one resource (`group/Kind/namespace/name`). */
  compared(key: string, resource: string): ComparedResource | undefined {
    return this.memory.get(key)?.resources?.find((found) => found.key === resource);
  }
}
