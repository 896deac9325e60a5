import { systemClock } from "../../../adapters/clock/system-clock.js";
import { callPlugin } from "../../../adapters/scm/plugin-service.js";
import { createScmPort } from "../../../adapters/scm/scm-port.js";
import { formatError } from "../../../core/errors.js";
import type { KubernetesObject } from "../../../core/manifest/object.js";
import { secretData } from "../../../core/manifest/secret-data.js";
import { applicationOf, kubernetesTime } from "../../../engine/application.js";
import { secretTypeLabel } from "../../../engine/control-plane.js";
import { listQueried } from "../../../engine/queried-resources.js";
import type { GenerateRoom } from "../../../engine/rooms/generate.js";
import type { ApiResource, ClusterPort } from "../../../ports/cluster.js";
import type { Inspector } from "../open-inspector.js";
import { argoError, comparedRevisions, shadowApplication } from "./shadow-application.js";
import type { ShadowDifference, ShadowReport } from "./shadow-difference.js";
import { shadowSets } from "./shadow-sets.js";

export interface ShadowInput {
  readonly hub: ClusterPort;
  readonly inspector: Inspector;
  readonly namespace: string;
  readonly applications: readonly KubernetesObject[];
  /** Every Application of the namespace: what the sets own may be more than what was asked for. */
  readonly all: readonly KubernetesObject[];
  /** Whether the ApplicationSets are compared too. */
  readonly withSets: boolean;
}

const atOnce = 8;

/** Reads an Argo CD beside us, does what it does, and tells where the two do not say the same. Only reads. */
export async function runShadow(input: ShadowInput): Promise<ShadowReport> {
  const { hub, inspector, namespace } = input;
  const errors: { readonly subject: string; readonly message: string }[] = [];
  const bySubject = new Map<string, readonly ShadowDifference[]>();
  let resources = 0;
  const one = async (object: KubernetesObject): Promise<void> => {
    const app = applicationOf(object);
    const theirs = argoError(app);
    try {
      const revisions = comparedRevisions(app);
      const inspection = await inspector.inspect(object, revisions === undefined ? {} : { revisions });
      resources += inspection.resources.length;
      const failure = inspection.conditions.find(({ type }) => type === "ComparisonError")?.message;
      if ((failure === undefined) !== (theirs === undefined)) bySubject.set(app.key, [errorDifference(app.key, theirs, failure)]);
      else if (failure === undefined) bySubject.set(app.key, shadowApplication(inspection));
    } catch (error) {
      const message = formatError(error);
      if (theirs !== undefined) return;
      // A cluster that does not answer is no difference of opinion.
      if ((error as { kind?: string }).kind === "input") bySubject.set(app.key, [errorDifference(app.key, undefined, message)]);
      else errors.push({ subject: app.key, message });
    }
  };
  const queue = [...input.applications].reverse();
  const worker = async (): Promise<void> => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) await one(next);
  };
  const sets = input.withSets ? (await hub.list(argo("ApplicationSet", "applicationsets"), { namespace })).items : [];
  const [generated] = await Promise.all([
    sets.length === 0 ? [] : compareSets(input, sets),
    ...Array.from({ length: atOnce }, worker),
  ]);
  return {
    applicationSets: sets.length,
    applications: input.applications.length,
    resources,
    differences: [...generated, ...[...bySubject.keys()].sort().flatMap((key) => bySubject.get(key) ?? [])],
    errors,
  };
}

async function compareSets(
  { hub, inspector, namespace, all }: ShadowInput,
  sets: readonly KubernetesObject[],
): Promise<readonly ShadowDifference[]> {
  const [secrets, projects, configMaps] = await Promise.all([
    hub.list(core("Secret", "secrets"), { namespace, labelSelector: `${secretTypeLabel}=cluster` }),
    hub.list(argo("AppProject", "appprojects"), { namespace }),
    hub.list(core("ConfigMap", "configmaps"), { namespace }),
  ]);
  const clock = systemClock();
  const named = async (kind: "Secret" | "ConfigMap", where: string, name: string) => {
    const found = await hub.get({ apiVersion: "v1", kind, namespace: where, name });
    if (!found) return undefined;
    const data = kind === "Secret" ? secretData(found) : ((found["data"] ?? {}) as Readonly<Record<string, string>>);
    return { data, labels: found.metadata.labels ?? {} };
  };
  const room: GenerateRoom = {
    source: inspector.source,
    controllerNamespace: namespace,
    configMap: (name) => configMaps.items.find(({ metadata }) => metadata.name === name),
    secret: (name) => hub.get({ apiVersion: "v1", kind: "Secret", namespace, name }),
    resources: (query) => listQueried(hub, namespace, query),
    services: {
      scm: createScmPort({
        clock,
        controllerNamespace: namespace,
        secret: (where, name) => named("Secret", where, name),
        configMap: (where, name) => named("ConfigMap", where, name),
      }),
      plugin: (request) => callPlugin(request),
    },
  };
  return await shadowSets({
    room,
    sets,
    applications: all,
    clusterSecrets: secrets.items,
    projects: new Set(projects.items.map(({ metadata }) => metadata.name)),
    now: kubernetesTime(clock.now()),
  });
}

function errorDifference(subject: string, theirs: string | undefined, ours: string | undefined): ShadowDifference {
  return {
    kind: "render-error",
    subject,
    argo: theirs ?? null,
    fleetwright: ours ?? null,
    reason: theirs === undefined ? "Argo CD compares it without an error" : "Fleetwright compares it without an error",
  };
}

const argo = (kind: string, resource: string): ApiResource => ({
  group: "argoproj.io",
  version: "v1alpha1",
  kind,
  resource,
  namespaced: true,
  verbs: ["list"],
});
const core = (kind: string, resource: string): ApiResource => ({ ...argo(kind, resource), group: "", version: "v1" });
