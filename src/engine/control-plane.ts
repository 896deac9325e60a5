import { FleetwrightError, formatError } from "../core/errors.js";
import type { KubernetesObject } from "../core/manifest/object.js";
import { objectAt, type ValueObject } from "../core/manifest/value.js";
import type { Clock, Random } from "../ports/clock.js";
import type { ApiResource, ClusterPort } from "../ports/cluster.js";
import type { Telemetry } from "../ports/telemetry.js";
import { Informer, type InformerChange, partialMark } from "./informer.js";
import { namespaceTest } from "./parameters.js";

export const secretTypeLabel = "argocd.argoproj.io/secret-type";

/** Whether a Secret makes a cluster a destination. */
export function isClusterSecret(object: KubernetesObject): boolean {
  return object.metadata.labels?.[secretTypeLabel] === "cluster";
}

/** The kinds of the hub that the controller lives on. */
export interface ControlPlane {
  readonly applications: Informer;
  readonly applicationSets: Informer;
  readonly projects: Informer;
  /** Secrets that carry `argocd.argoproj.io/secret-type`: clusters, repositories, credentials. */
  readonly secrets: Informer;
  readonly configMaps: Informer;
  /** Resolves when all have been listed once. */
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly isSynced: boolean;
  /** Applications or ApplicationSets of other namespaces are to be followed than before. */
  rescope(): void;
}

/** Whose Applications and ApplicationSets are followed. */
export interface PlaneScope {
  readonly applications: readonly string[];
  readonly applicationSets: readonly string[];
}

export interface ControlPlaneOptions {
  readonly hub: ClusterPort;
  readonly namespace: string;
  /** Patterns of further namespaces; known when the ConfigMaps have been read. */
  readonly scope: () => PlaneScope;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  /** `own`: this process wrote it. */
  readonly onApplication: (change: InformerChange, own: boolean) => void;
  readonly onApplicationSet: (change: InformerChange) => void;
  readonly onProject: (change: InformerChange) => void;
  readonly onSecret: (change: InformerChange) => void;
  readonly onConfigMap: (change: InformerChange) => void;
  /** Whether an Application is held whole; of others how they stand is enough. */
  readonly isKept?: (application: KubernetesObject) => boolean;
}

const argo = (kind: string, resource: string): ApiResource => ({
  group: "argoproj.io",
  version: "v1alpha1",
  kind,
  resource,
  namespaced: true,
  verbs: ["list", "watch"],
});
const core = (kind: string, resource: string): ApiResource => ({
  group: "",
  version: "v1",
  kind,
  resource,
  namespaced: true,
  verbs: ["list", "watch"],
});

/** Follows the control plane's own namespace, and Applications and ApplicationSets of those that the settings name. */
export function controlPlane(options: ControlPlaneOptions): ControlPlane {
  const { hub, namespace, clock, random, telemetry } = options;
  const follow = (
    resource: ApiResource,
    onChange: (change: InformerChange, own: boolean) => void,
    labelSelector?: string,
    others?: () => readonly string[],
    compact = withoutManagedFields,
  ): Informer =>
    new Informer({
      cluster: hub,
      resource,
      // With patterns of others all namespaces are followed and what does not match is left aside.
      get namespace() {
        return others === undefined || others().length === 0 ? namespace : undefined;
      },
      ...(others === undefined
        ? {}
        : { accepts: (object: KubernetesObject) => isInScope(object.metadata.namespace ?? "", others()) }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      clock,
      random,
      compact,
      onChange,
      onFailure(error) {
        if (error === undefined) telemetry.log.info("hub: watching again", { kind: resource.kind });
        else
          telemetry.log.warn("hub: cannot watch", {
            kind: resource.kind,
            error: formatError(error),
            code: error instanceof FleetwrightError ? error.code : "",
          });
      },
    });
  const tests = new WeakMap<readonly string[], (namespace: string) => boolean>();
  const isInScope = (of: string, patterns: readonly string[]): boolean => {
    const test = tests.get(patterns) ?? namespaceTest(namespace, patterns);
    tests.set(patterns, test);
    return test(of);
  };
  const applications = follow(
    argo("Application", "applications"),
    options.onApplication,
    undefined,
    () => options.scope().applications,
    (object) => (options.isKept?.(object) === false ? standing(object) : withoutManagedFields(object)),
  );
  const applicationSets = follow(
    argo("ApplicationSet", "applicationsets"),
    options.onApplicationSet,
    undefined,
    () => options.scope().applicationSets,
  );
  const projects = follow(argo("AppProject", "appprojects"), options.onProject);
  const secrets = follow(core("Secret", "secrets"), options.onSecret, secretTypeLabel);
  const configMaps = follow(core("ConfigMap", "configmaps"), options.onConfigMap);
  const all = [configMaps, secrets, projects, applicationSets, applications];
  return {
    applications,
    applicationSets,
    projects,
    secrets,
    configMaps,
    get isSynced() {
      return all.every((informer) => informer.isSynced);
    },
    async start() {
      // The settings say what else is to be read.
      configMaps.start();
      await configMaps.synced;
      for (const informer of all) informer.start();
      await Promise.all(all.map((informer) => informer.synced));
    },
    rescope() {
      applications.relist();
      applicationSets.relist();
    },
    async stop() {
      await Promise.all(all.map((informer) => informer.stop()));
    },
  };
}

/** What is shown of another replica's Application: where it belongs and how it stands. */
function standing(object: KubernetesObject): KubernetesObject {
  const value = object as unknown as ValueObject;
  const spec = objectAt(value, "spec");
  const status = objectAt(value, "status");
  const phase = objectAt(status, "operationState")["phase"];
  const { managedFields: _, ...metadata } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata,
    spec: { project: spec["project"] ?? "default", destination: objectAt(spec, "destination") },
    status: {
      sync: { status: objectAt(status, "sync")["status"] ?? "" },
      health: { status: objectAt(status, "health")["status"] ?? "" },
      ...(phase === undefined ? {} : { operationState: { phase } }),
    },
    [partialMark]: true,
  };
}

function withoutManagedFields(object: KubernetesObject): KubernetesObject {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
