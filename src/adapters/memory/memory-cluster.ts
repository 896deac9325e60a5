import { type KubernetesObject, splitApiVersion } from "../../core/manifest/object.js";
import { isObject } from "../../core/manifest/value.js";
import type { ApiResource, ClusterPort, ObjectRef, WatchEvent } from "../../ports/cluster.js";
import { ClusterError } from "../../ports/cluster-error.js";

/** A write that reached the cluster, in order. */
export interface MemoryWrite {
  readonly verb: "create" | "update" | "patch" | "apply" | "delete";
  readonly kind: string;
  readonly name: string;
  readonly dryRun: boolean;
}

export interface MemoryCluster extends ClusterPort {
  readonly writes: readonly MemoryWrite[];
  /** Makes every call fail (and ends watches), until undefined. */
  setFailure(error: Error | undefined): void;
  /** Called with each object that was written, before it is stored: plays the cluster's own controllers. */
  onWrite(react: (object: KubernetesObject) => KubernetesObject): void;
  /** Changes an object as someone else would. */
  change(ref: ObjectRef, change: (object: KubernetesObject) => KubernetesObject): void;
  all(kind: string): readonly KubernetesObject[];
  /** Forgets the history of events: watches from before it get Expired. */
  compactHistory(): void;
}

const defaults: readonly ApiResource[] = [
  resource("", "v1", "Namespace", "namespaces", false),
  resource("", "v1", "ConfigMap", "configmaps", true),
  resource("", "v1", "Secret", "secrets", true),
  resource("", "v1", "Service", "services", true),
  resource("", "v1", "Event", "events", true),
  resource("apps", "v1", "Deployment", "deployments", true),
  resource("batch", "v1", "Job", "jobs", true),
  resource("coordination.k8s.io", "v1", "Lease", "leases", true),
  resource("argoproj.io", "v1alpha1", "Application", "applications", true),
  resource("argoproj.io", "v1alpha1", "ApplicationSet", "applicationsets", true),
  resource("argoproj.io", "v1alpha1", "AppProject", "appprojects", true),
];

/** A small in-memory ClusterPort for tests of the engine: no defaulting, no admission, no controllers but `onWrite`. */
export function memoryCluster(
  options: { readonly resources?: readonly ApiResource[]; readonly objects?: readonly KubernetesObject[] } = {},
): MemoryCluster {
  const resources = options.resources ?? defaults;
  const objects = new Map<string, KubernetesObject>();
  const history: { readonly version: number; readonly resource: string; readonly event: WatchEvent }[] = [];
  const writes: MemoryWrite[] = [];
  const listeners = new Set<() => void>();
  let version = 100;
  let oldest = 0;
  let uids = 0;
  let failure: Error | undefined;
  let react: (object: KubernetesObject) => KubernetesObject = (object) => object;

  const check = (): void => {
    if (failure) throw failure;
  };
  const resourceOf = (ref: { readonly apiVersion: string; readonly kind: string }): ApiResource => {
    const { group } = splitApiVersion(ref.apiVersion);
    const found = resources.find((candidate) => candidate.group === group && candidate.kind === ref.kind);
    if (!found)
      throw new ClusterError(`no matches for kind "${ref.kind}" in version "${ref.apiVersion}"`, {
        reason: "NoKindMatch",
        status: 404,
      });
    return found;
  };
  const keyOf = (ref: ObjectRef): string => {
    const found = resourceOf(ref);
    return `${found.group}/${found.resource}/${found.namespaced ? (ref.namespace ?? "default") : ""}/${ref.name}`;
  };
  const refOf = (object: KubernetesObject): ObjectRef => ({
    apiVersion: object.apiVersion,
    kind: object.kind,
    ...object.metadata,
  });
  const emit = (kind: "added" | "modified" | "deleted", object: KubernetesObject): void => {
    const found = resourceOf(object);
    history.push({ version, resource: `${found.group}/${found.resource}`, event: { kind, object } });
    for (const wake of [...listeners]) wake();
  };
  const store = (object: KubernetesObject): KubernetesObject => {
    const key = keyOf(refOf(object));
    const before = objects.get(key);
    const found = resourceOf(object);
    const reacted = react(object);
    version++;
    const after: KubernetesObject = {
      ...reacted,
      metadata: {
        ...reacted.metadata,
        ...(found.namespaced ? { namespace: object.metadata.namespace ?? "default" } : {}),
        uid: before?.metadata.uid ?? `uid-${++uids}`,
        creationTimestamp: before?.metadata.creationTimestamp ?? "2026-01-01T00:00:00Z",
        resourceVersion: String(version),
        generation:
          (before?.metadata.generation ?? 0) + (JSON.stringify(before?.["spec"]) === JSON.stringify(reacted["spec"]) ? 0 : 1),
      },
    };
    if (after.metadata.deletionTimestamp !== undefined && (after.metadata.finalizers ?? []).length === 0) {
      objects.delete(key);
      emit("deleted", after);
    } else {
      objects.set(key, after);
      emit(before ? "modified" : "added", after);
    }
    return after;
  };
  const note = (verb: MemoryWrite["verb"], ref: ObjectRef, dryRun: boolean | undefined): void => {
    check();
    writes.push({ verb, kind: ref.kind, name: ref.name, dryRun: dryRun === true });
  };
  const existing = (ref: ObjectRef): KubernetesObject => {
    const found = objects.get(keyOf(ref));
    if (!found) throw new ClusterError(`${ref.kind} "${ref.name}" not found`, { reason: "NotFound", status: 404 });
    return found;
  };
  const checkVersion = (sent: KubernetesObject, found: KubernetesObject): void => {
    const wanted = sent.metadata?.resourceVersion;
    if (wanted !== undefined && wanted !== found.metadata.resourceVersion)
      throw new ClusterError("the object has been modified", { reason: "Conflict", status: 409 });
  };

  for (const object of options.objects ?? []) store(object);

  const cluster: MemoryCluster = {
    writes,
    setFailure(error) {
      failure = error;
      for (const wake of [...listeners]) wake();
    },
    onWrite(given) {
      react = given;
    },
    change: (ref, change) => void store(change(existing(ref))),
    all: (kind) => [...objects.values()].filter((object) => object.kind === kind),
    compactHistory() {
      oldest = version;
      history.length = 0;
    },
    async discover() {
      check();
      return resources;
    },
    async version() {
      check();
      return "v1.35.4";
    },
    async get(ref) {
      check();
      return objects.get(keyOf(ref));
    },
    async list(found, { namespace, labelSelector } = {}) {
      check();
      const prefix = `${found.group}/${found.resource}/`;
      const items = [...objects].filter(([key]) => key.startsWith(prefix)).map(([, object]) => object);
      return {
        items: items.filter(
          (object) => (namespace === undefined || object.metadata.namespace === namespace) && selects(labelSelector, object),
        ),
        resourceVersion: String(version),
      };
    },
    async *watch(found, { namespace, labelSelector, resourceVersion, signal }) {
      check();
      let seen = Number(resourceVersion);
      if (seen < oldest) throw new ClusterError("too old resource version", { reason: "Expired", status: 410 });
      while (!signal.aborted) {
        if (failure) throw failure;
        const next = history.filter((entry) => entry.version > seen && entry.resource === `${found.group}/${found.resource}`);
        for (const entry of next) {
          seen = entry.version;
          const { event } = entry;
          if (event.kind === "bookmark" || !selects(labelSelector, event.object)) continue;
          if (namespace === undefined || event.object.metadata.namespace === namespace) yield event;
        }
        if (next.length > 0) continue;
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            listeners.delete(wake);
            signal.removeEventListener("abort", wake);
            resolve();
          };
          listeners.add(wake);
          signal.addEventListener("abort", wake, { once: true });
        });
      }
    },
    async create(object, write) {
      note("create", refOf(object), write?.dryRun);
      const name = object.metadata.name || `${object.metadata.generateName}${++uids}`;
      const named = { ...object, metadata: { ...object.metadata, name } };
      if (objects.has(keyOf(refOf(named))))
        throw new ClusterError(`${object.kind} "${name}" already exists`, { reason: "AlreadyExists", status: 409 });
      return write?.dryRun === true ? named : store(named);
    },
    async update(object, write) {
      note("update", refOf(object), write?.dryRun);
      const found = existing(refOf(object));
      checkVersion(object, found);
      return write?.dryRun === true
        ? object
        : store({
            ...object,
            metadata: { ...object.metadata, deletionTimestamp: found.metadata.deletionTimestamp } as KubernetesObject["metadata"],
          });
    },
    async patch(ref, patch, write) {
      note("patch", ref, write.dryRun);
      const found = existing(ref);
      if (write.type === "json")
        throw new ClusterError("json patches are not played here", { reason: "BadRequest", status: 400 });
      checkVersion(patch as KubernetesObject, found);
      const merged = mergePatch(found, patch) as KubernetesObject;
      return write.dryRun === true ? merged : store(merged);
    },
    async apply(object, write) {
      note("apply", refOf(object), write.dryRun);
      const found = objects.get(keyOf(refOf(object)));
      const merged = found ? (mergePatch(found, object) as KubernetesObject) : object;
      return write.dryRun === true ? merged : store(merged);
    },
    async delete(ref, deletion = {}) {
      note("delete", ref, deletion.dryRun);
      const found = objects.get(keyOf(ref));
      if (!found || deletion.dryRun === true) return;
      if (deletion.preconditions?.uid !== undefined && deletion.preconditions.uid !== found.metadata.uid)
        throw new ClusterError("the uid is another one", { reason: "Conflict", status: 409 });
      const at = found.metadata.deletionTimestamp ?? "2026-01-01T00:00:00Z";
      store({ ...found, metadata: { ...found.metadata, deletionTimestamp: at } });
    },
    as: () => cluster,
    async close() {},
  };
  return cluster;
}

function resource(group: string, version: string, kind: string, plural: string, namespaced: boolean): ApiResource {
  return {
    group,
    version,
    kind,
    resource: plural,
    namespaced,
    verbs: ["get", "list", "watch", "create", "update", "patch", "delete"],
  };
}

function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const made: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete made[key];
    else if (value !== undefined) made[key] = mergePatch(made[key], value);
  }
  return made;
}

/** `a=b,c` selectors only. */
function selects(selector: string | undefined, object: KubernetesObject): boolean {
  const labels = object.metadata.labels ?? {};
  return (selector ?? "")
    .split(",")
    .filter((part) => part !== "")
    .every((part) => {
      const [key = "", value] = part.split("=");
      return value === undefined ? Object.hasOwn(labels, key) : labels[key] === value;
    });
}
