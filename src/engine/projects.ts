import { formatError } from "../core/errors.js";
import { formatResourceKey, type KubernetesObject, resourceKeyOf, splitApiVersion } from "../core/manifest/object.js";
import { stringAt } from "../core/manifest/value.js";
import type { AppProject, SyncWindow } from "../core/project/app-project.js";
import { compileProjectRules, type ProjectRules } from "../core/project/project-rules.js";
import { maySync, windowsOf } from "../core/project/sync-windows.js";
import type { Clock } from "../ports/clock.js";
import type { Application } from "./application.js";
import type { ClusterFleet, FleetCluster } from "./cluster-fleet.js";
import type { Condition } from "./conditions.js";
import type { Informer } from "./informer.js";

/** What an Application may do where, decided by its project. */
export interface ProjectVerdict {
  /** Why the Application may not be at all; empty where it may. */
  readonly conditions: readonly Condition[];
  readonly isPermitted: (object: KubernetesObject, namespaced: boolean) => boolean;
  /** Why the project forbids an object, or undefined. */
  readonly forbidden: (object: KubernetesObject, namespaced: boolean) => string | undefined;
  /** Why no sync may start now, undefined where one may. */
  readonly syncBlocked: (isManual: boolean) => string | undefined;
}

/** The AppProjects' rules, compiled once for each version of a project. */
export class ProjectBook {
  private readonly compiled = new WeakMap<KubernetesObject, ProjectRules>();

  constructor(
    private readonly options: {
      readonly projects: Informer;
      readonly fleet: ClusterFleet;
      readonly namespace: string;
      readonly clock: Clock;
    },
  ) {}

  verdict(app: Application, cluster: FleetCluster): ProjectVerdict {
    const { namespace, projects } = this.options;
    const object = projects.get(namespace, app.project);
    if (object === undefined) return refused(`Application referencing project ${app.project} which does not exist`);
    const project = object as unknown as AppProject;
    let rules = this.compiled.get(object);
    if (rules === undefined) {
      rules = compileProjectRules({ metadata: project.metadata, spec: project.spec ?? {} });
      this.compiled.set(object, rules);
    }
    const { server, name } = cluster.registered;
    const scoped = this.options.fleet
      .list()
      .filter(({ registered }) => registered.project === app.project)
      .map(({ registered }) => ({ server: registered.server, name: registered.name }));
    const conditions: Condition[] = [];
    const invalid = (message: string): void => void conditions.push({ type: "InvalidSpecError", message });
    if (!rules.permitsApplicationNamespace(app.namespace, namespace))
      invalid(`application '${app.name}' in namespace '${app.namespace}' is not permitted to use project '${app.project}'`);
    if (app.sources.length === 0) invalid("spec.source.repoURL and either spec.source.path or spec.source.chart are required");
    for (const source of app.sources) {
      const repoURL = stringAt(source, "repoURL");
      if (!rules.permitsSource(repoURL)) invalid(`application repo ${repoURL} is not permitted in project '${app.project}'`);
      if (!source["path"] && !source["chart"] && !source["ref"])
        invalid("spec.source.repoURL and either source.path, source.chart, or source.ref are required");
    }
    const place = { server, name, namespace: app.destination.namespace };
    if (!rules.permitsDestination(place, scoped))
      invalid(
        `application destination server '${server}' and namespace '${app.destination.namespace}' do not match any of the allowed destinations in project '${app.project}'`,
      );
    const checked = rules;
    const forbidden = (target: KubernetesObject, namespaced: boolean): string | undefined => {
      const key = resourceKeyOf(target);
      if (!checked.permitsKind(key, namespaced))
        return `resource ${key.group}:${key.kind} is not permitted in project ${app.project}`;
      const there = { ...place, namespace: key.namespace };
      if (namespaced && !checked.permitsDestination(there, scoped))
        return `namespace ${key.namespace} is not permitted in project '${app.project}'`;
      return undefined;
    };
    return {
      conditions,
      isPermitted: (target, namespaced) =>
        checked.permitsKind({ ...resourceKeyOf(target), group: splitApiVersion(target.apiVersion).group }, namespaced),
      forbidden,
      syncBlocked: (isManual) => this.blocked(app, project.spec?.syncWindows ?? [], { server, name }, isManual),
    };
  }

  private blocked(
    app: Application,
    windows: readonly SyncWindow[],
    cluster: { server: string; name: string },
    isManual: boolean,
  ): string | undefined {
    if (windows.length === 0) return undefined;
    try {
      const concerned = windowsOf(windows, { name: app.name, destination: { ...cluster, namespace: app.destination.namespace } });
      return maySync(concerned, { atMs: this.options.clock.now(), isManual })
        ? undefined
        : "Sync operation blocked by sync window";
    } catch (error) {
      return `Sync operation blocked: ${formatError(error)}`;
    }
  }
}

function refused(message: string): ProjectVerdict {
  return {
    conditions: [{ type: "InvalidSpecError", message }],
    isPermitted: () => true,
    forbidden: (object) => `${formatResourceKey(resourceKeyOf(object))}: ${message}`,
    syncBlocked: () => message,
  };
}
