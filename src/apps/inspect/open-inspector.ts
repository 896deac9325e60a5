import { join } from "node:path";
import { chartRegistry } from "../../adapters/charts/chart-registry.js";
import { systemClock } from "../../adapters/clock/system-clock.js";
import { createGitSource } from "../../adapters/git/git-source.js";
import { bestVersion } from "../../adapters/git/semver-tags.js";
import { readClusterSecret } from "../../adapters/kubernetes/cluster-secret.js";
import { kubernetesClient } from "../../adapters/kubernetes/kubernetes-client.js";
import { InputError } from "../../core/errors.js";
import { healthAssessor } from "../../core/health/assess.js";
import { stableRandomAnnotation } from "../../core/helm/stable-random-annotation.js";
import { type KubernetesObject, resourceKeyOf } from "../../core/manifest/object.js";
import { isObject, listAt, objectAt, stringAt } from "../../core/manifest/value.js";
import { instanceName } from "../../core/tracking/application-flags.js";
import { resolveDestination } from "../../core/tracking/destination.js";
import { type Application, applicationOf, kindsOf } from "../../engine/application.js";
import { inClusterName, inClusterServer } from "../../engine/cluster-fleet.js";
import type { Condition } from "../../engine/conditions.js";
import { isClusterSecret, secretTypeLabel } from "../../engine/control-plane.js";
import type { ComparedResource } from "../../engine/decide.js";
import { DifferBook } from "../../engine/differ.js";
import { DryRuns } from "../../engine/dry-runs.js";
import { RenderCache } from "../../engine/render-cache.js";
import { RepositoryBook } from "../../engine/repositories.js";
import { CompareMemory, compareApplication } from "../../engine/rooms/compare.js";
import { renderApplication } from "../../engine/rooms/render.js";
import { readSettings } from "../../engine/settings.js";
import { targetsOf } from "../../engine/targets.js";
import type { ApiResource, ClusterConnection, ClusterPort } from "../../ports/cluster.js";
import type { RegisteredCluster } from "../../ports/cluster-registry.js";
import type { SourcePort } from "../../ports/source.js";
import { silentTelemetry } from "../../ports/telemetry.js";
import { toolRenderers } from "../renderers.js";
import { LiveSnapshot } from "./live-snapshot.js";

export interface InspectorOptions {
  readonly hub: ClusterPort;
  readonly namespace: string;
  /** Where git mirrors are kept. */
  readonly dataDir: string;
  readonly allowFileRepositories?: boolean;
  readonly knownHosts?: string;
  /** How clusters are reached; default: a client that may read and write. */
  readonly connect?: (connection: ClusterConnection) => ClusterPort;
}

/** An Application as the controller would find it now. */
export interface Inspection {
  readonly app: Application;
  readonly cluster: ClusterPort;
  readonly revisions: readonly string[];
  readonly targets: readonly KubernetesObject[];
  readonly resources: readonly ComparedResource[];
  readonly conditions: readonly Condition[];
  readonly status: "Synced" | "OutOfSync";
  readonly sourceType: string;
  readonly failed: boolean;
}

export interface Inspector {
  /** Renders (at these revisions instead of the sources' own, where given), reads what is live, compares. Writes nothing. */
  inspect(
    application: KubernetesObject,
    options?: { readonly revision?: string; readonly revisions?: readonly (string | undefined)[] },
  ): Promise<Inspection>;
  /** Compares manifests that were rendered elsewhere with what is live. Writes nothing. */
  compare(application: KubernetesObject, manifests: readonly KubernetesObject[]): Promise<Inspection>;
  /** The repositories, with the hub's credentials. */
  readonly source: SourcePort;
  /** A client of the cluster that the Application goes to. */
  clusterOf(application: KubernetesObject): ClusterPort;
  readonly clusters: readonly RegisteredCluster[];
  /** argocd-cm */
  readonly data: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const secretResource: ApiResource = {
  group: "",
  version: "v1",
  kind: "Secret",
  resource: "secrets",
  namespaced: true,
  verbs: ["list"],
};

/** The controller's rooms for a look from outside: settings, repositories and clusters come from the hub, everything is only read. */
export async function openInspector(options: InspectorOptions): Promise<Inspector> {
  const { hub, namespace } = options;
  const configMapOf = (name: string) => hub.get({ apiVersion: "v1", kind: "ConfigMap", namespace, name });
  const [configMap, cmdParams, secrets] = await Promise.all([
    configMapOf("argocd-cm"),
    configMapOf("argocd-cmd-params-cm"),
    hub.list(secretResource, { namespace, labelSelector: secretTypeLabel }),
  ]);
  const settings = readSettings({ argocdCm: configMap, cmdParams });
  const repositories = new RepositoryBook();
  const clusters = new Map<string, RegisteredCluster>([[inClusterServer, hubCluster]]);
  for (const secret of secrets.items) {
    if (!isClusterSecret(secret)) repositories.put(secret);
    else for (const cluster of readable(secret)) clusters.set(cluster.server, cluster);
  }
  const source = await createGitSource({
    cacheDir: join(options.dataDir, "git"),
    credentials: repositories.credentialsFor,
    protocols: ["https", "http", "ssh", ...(options.allowFileRepositories === true ? (["file"] as const) : [])],
    bestVersion,
    ...(options.knownHosts === undefined ? {} : { knownHosts: options.knownHosts }),
  });
  const charts = chartRegistry({
    cacheDir: join(options.dataDir, "charts"),
    credentials: repositories.credentialsFor,
    monotonic: () => performance.now(),
  });
  const render = {
    source,
    charts,
    cache: new RenderCache(),
    renderers: toolRenderers(),
    kustomizeBuildOptions: () => settings.data["kustomize.buildOptions"] ?? "",
    clock: systemClock(),
    telemetry: silentTelemetry,
  };
  const clients = new Map<string, ClusterPort>();
  const differs = new DifferBook();
  const dryRuns = new DryRuns();
  const assess = healthAssessor({ overrides: settings.healthOverrides });
  const inClusterEnabled = settings.data["cluster.inClusterEnabled"] !== "false";
  const registeredOf = (app: Application): RegisteredCluster =>
    clusters.get(resolveDestination(app.destination, [...clusters.values()], { inClusterEnabled }).server)!;
  const connect = (app: Application): ClusterPort => {
    const { server, connection } = registeredOf(app);
    if (server === inClusterServer) return hub;
    let client = clients.get(server);
    if (client === undefined) {
      client = (options.connect ?? kubernetesClient)(connection);
      clients.set(server, client);
    }
    return client;
  };
  const liveOf = async (app: Application): Promise<LiveSnapshot> => {
    const cluster = connect(app);
    return new LiveSnapshot({ cluster, resources: await cluster.discover(), trackedApp: settings.trackedApp });
  };

  const compare = async (
    app: Application,
    live: LiveSnapshot,
    manifests: readonly KubernetesObject[],
  ): Promise<Omit<Inspection, "revisions" | "sourceType">> => {
    const instance = instanceName(app.object.metadata, namespace);
    const { objects: targets, conditions } = targetsOf(manifests, {
      instance,
      namespace: app.destination.namespace,
      tracking: settings.tracking,
      isNamespaced: (group, kind) => live.isNamespaced(group, kind),
      isExcluded: (group, kind) => settings.isExcluded(group, kind, registeredOf(app).server),
    });
    const wanted = targets.map((target) => ({
      ...resourceKeyOf(target),
      namespace: target.metadata.namespace ?? app.destination.namespace,
      apiVersion: target.apiVersion,
    }));
    await live.read([...wanted, ...formerResources(app)]);
    const compared = await compareApplication({
      instance,
      namespace: app.destination.namespace,
      targets,
      live,
      tracking: settings.tracking,
      formerKinds: kindsOf(app),
      differ: differs.for(app, settings),
      health: (object) => assess(object).health,
      memory: new CompareMemory(),
      dryRuns,
      createsNamespace: listAt(objectAt(app.spec, "syncPolicy"), "syncOptions").includes("CreateNamespace=true"),
      isPermitted: () => true,
    });
    return {
      app,
      cluster: live.cluster,
      targets,
      resources: compared.resources,
      conditions: [...conditions, ...compared.conditions],
      status: compared.status,
      failed: compared.failed,
    };
  };

  return {
    data: settings.data,
    source,
    clusters: [...clusters.values()],
    clusterOf: (application) => connect(applicationOf(application)),
    async inspect(application, { revision, revisions } = {}) {
      const app = applicationOf(application);
      const [live, kubeVersion] = await Promise.all([liveOf(app), connect(app).version()]);
      const given = revisions ?? (revision === undefined ? undefined : [revision]);
      const output = await renderApplication(render, {
        application: app.key,
        project: app.project,
        appName: app.name,
        stableRandom: app.object.metadata.annotations?.[stableRandomAnnotation],
        namespace: app.destination.namespace,
        sources: app.sources,
        ...(given === undefined ? {} : { revisions: given }),
        kubeVersion,
        apiVersions: live.apiVersions,
        maxAgeMs: 0,
        force: false,
      });
      return { ...(await compare(app, live, output.manifests)), revisions: output.revisions, sourceType: output.sourceType };
    },
    async compare(application, manifests) {
      const app = applicationOf(application);
      return { ...(await compare(app, await liveOf(app), manifests)), revisions: [], sourceType: "" };
    },
    async close() {
      await source.close();
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };
}

const hubCluster: RegisteredCluster = {
  name: inClusterName,
  server: inClusterServer,
  secretName: "",
  labels: {},
  annotations: {},
  namespaces: [],
  clusterResources: true,
  connection: { server: inClusterServer },
};

/** A Secret that cannot be read is the concern of whoever goes there. */
function readable(secret: KubernetesObject): readonly RegisteredCluster[] {
  try {
    return [readClusterSecret(secret)];
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}

/** What the Application had when it was reported last: the only place where objects that left git can be. */
function formerResources(app: Application) {
  return listAt(app.status, "resources")
    .filter(isObject)
    .map((one) => ({
      group: stringAt(one, "group"),
      kind: stringAt(one, "kind"),
      namespace: stringAt(one, "namespace"),
      name: stringAt(one, "name"),
    }));
}
