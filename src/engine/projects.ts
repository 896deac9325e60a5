import { type DestinationServiceAccount, impersonatedUser } from "../core/decisions/impersonation.js";
import { orphanedExceptions } from "../core/decisions/orphaned.js";
import { formatError, InputError } from "../core/errors.js";
import {
  formatResourceKey,
  type KubernetesObject,
  type ResourceKey,
  resourceKeyOf,
  splitApiVersion,
} from "../core/manifest/object.js";
import { stringAt } from "../core/manifest/value.js";
import type { AppProject, OrphanedResources, SyncWindow } from "../core/project/app-project.js";
import { globalProjectsOf, withGlobalProjects } from "../core/project/global-projects.js";
import { compileProjectRules, type ProjectRules } from "../core/project/project-rules.js";
import { maySync, windowsOf } from "../core/project/sync-windows.js";
import type { Clock } from "../ports/clock.js";
import type { ClusterPort } from "../ports/cluster.js";
import type { Application } from "./application.js";
import type { ClusterFleet, FleetCluster } from "./cluster-fleet.js";
import type { Condition } from "./conditions.js";
import type { Informer } from "./informer.js";
import type { ControllerSettings } from "./settings.js";

/** What an Application may do where, decided by its project. */
export interface ProjectVerdict {
  /** Whether there is such a project at all. */
  readonly exists: boolean;
  /** Why the Application may not be at all; empty where it may. */
  readonly conditions: readonly Condition[];
  readonly isPermitted: (object: KubernetesObject, namespaced: boolean) => boolean;
  /** Why the project forbids an object, or undefined. */
  readonly forbidden: (object: KubernetesObject, namespaced: boolean) => string | undefined;
  /** Why no sync may start now, undefined where one may. */
  readonly syncBlocked: (isManual: boolean) => string | undefined;
  /**
   * The cluster as a sync of the Application reaches it: with impersonation as the service account that the project names. Throws
   * InputError where it names none.
   */
  readonly actingOn: (cluster: FleetCluster) => ClusterPort;
  /** The project's `orphanedResources`: undefined where nobody looks for them. */
  readonly orphans: OrphanRule | undefined;
  /** What it was judged by, another object after each change; undefined where there is no project. */
  readonly of: object | undefined;
}

export interface OrphanRule {
  readonly warns: boolean;
  readonly isIgnored: (key: ResourceKey) => boolean;
}

/** The AppProjects' rules, compiled once for each version of a project. */
export class ProjectBook {
  private readonly compiled = new WeakMap<KubernetesObject, Compiled>();

  constructor(
    private readonly options: {
      readonly projects: Informer;
      readonly fleet: ClusterFleet;
      readonly namespace: string;
      readonly clock: Clock;
      readonly settings: () => Pick<ControllerSettings, "impersonates" | "globalProjects">;
    },
  ) {}

  verdict(app: Application, cluster: FleetCluster): ProjectVerdict {
    const { namespace, projects } = this.options;
    const object = projects.get(namespace, app.project);
    if (object === undefined) return refused(`Application referencing project ${app.project} which does not exist`);
    const compiled = this.compile(object);
    const { project, rules, orphans } = compiled;
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
      exists: true,
      of: compiled,
      conditions,
      orphans,
      actingOn: (at) => {
        if (!this.options.settings().impersonates) return at.live.cluster;
        const accounts = project.spec?.destinationServiceAccounts ?? [];
        return impersonating(at, accounts, { namespace: app.destination.namespace, applicationNamespace: app.namespace });
      },
      isPermitted: (target, namespaced) =>
        checked.permitsKind({ ...resourceKeyOf(target), group: splitApiVersion(target.apiVersion).group }, namespaced),
      forbidden,
      syncBlocked: (isManual) => this.blocked(app, project.spec?.syncWindows ?? [], { server, name }, isManual),
    };
  }

  private compile(object: KubernetesObject): Compiled {
    const { namespace, projects, settings } = this.options;
    const { name, labels } = object.metadata;
    const globals = globalProjectsOf({ name, labels }, settings().globalProjects).flatMap(
      (global) => projects.get(namespace, global) ?? [],
    );
    const known = this.compiled.get(object);
    if (known && sameObjects(known.globals, globals)) return known;
    const own = object as unknown as AppProject;
    const project = withGlobalProjects(
      { metadata: own.metadata, spec: own.spec ?? {} },
      globals as unknown as readonly AppProject[],
    );
    const rules = compileProjectRules(project);
    const compiled = { project, globals, rules, orphans: orphanRule(project.spec.orphanedResources) };
    this.compiled.set(object, compiled);
    return compiled;
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
    exists: false,
    of: undefined,
    conditions: [{ type: "InvalidSpecError", message }],
    orphans: undefined,
    actingOn: () => {
      throw new InputError(message, { code: "PROJECT_UNKNOWN" });
    },
    isPermitted: () => true,
    forbidden: (object) => `${formatResourceKey(resourceKeyOf(object))}: ${message}`,
    syncBlocked: () => message,
  };
}

interface Compiled {
  /** With what it inherits. */
  readonly project: AppProject;
  readonly globals: readonly KubernetesObject[];
  readonly rules: ProjectRules;
  readonly orphans: OrphanRule | undefined;
}

function sameObjects(left: readonly KubernetesObject[], right: readonly KubernetesObject[]): boolean {
  return left.length === right.length && left.every((object, index) => object === right[index]);
}

function orphanRule(monitor: OrphanedResources | null | undefined): OrphanRule | undefined {
  if (monitor === undefined || monitor === null) return undefined;
  return { warns: monitor.warn !== false, isIgnored: orphanedExceptions(monitor.ignore ?? []) };
}

function impersonating(
  { registered, live }: FleetCluster,
  accounts: readonly DestinationServiceAccount[],
  at: { readonly namespace: string; readonly applicationNamespace: string },
): ClusterPort {
  const user = impersonatedUser(accounts, { server: registered.server, ...at });
  if (user !== "") return live.cluster.as(user);
  throw new InputError(
    `failed to find a matching service account to impersonate: no matching service account found for destination server ${registered.server} and namespace ${at.namespace}`,
    { code: "PROJECT_NO_SERVICE_ACCOUNT", hint: "add an entry to the project's destinationServiceAccounts" },
  );
}
