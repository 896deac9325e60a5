import { formatResourceKey, type KubernetesObject, resourceKeyOf, splitApiVersion } from "#src/core/manifest/object.js";
import type { Discovered, HealthVerdict } from "#src/core/sync/operation.js";
import { isCustomResourceDefinition, providedKind } from "#src/core/sync/order.js";
import type { SyncReply, SyncRequest } from "#src/core/sync/request.js";

export interface ClusterScript {
  readonly lives?: readonly KubernetesObject[] | null;
  readonly health?: { readonly [key: string]: readonly string[] };
  readonly applyErrors?: { readonly [key: string]: string };
  readonly dryRunErrors?: { readonly [key: string]: string };
  readonly deleteErrors?: { readonly [key: string]: string };
  readonly slowDelete?: { readonly [key: string]: number };
  readonly unknownKinds?: readonly string[] | null;
}

export interface CallRecord {
  readonly op: string;
  readonly key: string;
  readonly dryRun?: true;
  readonly force?: true;
  readonly noValidate?: true;
  readonly serverSideApply?: true;
  readonly propagationPolicy?: string;
  readonly error?: string;
}

const clusterScopedKinds = new Set(
  "Namespace CustomResourceDefinition ClusterRole ClusterRoleBinding PersistentVolume StorageClass PriorityClass IngressClass APIService ValidatingWebhookConfiguration MutatingWebhookConfiguration".split(
    " ",
  ),
);
const kindsWithHealth = new Set(
  "Deployment StatefulSet ReplicaSet DaemonSet Ingress Service PersistentVolumeClaim Job Pod HorizontalPodAutoscaler APIService".split(
    " ",
  ),
);

/** The corpus's in-memory cluster: objects, scripted health by steps since the last apply, slow deletes, scripted errors. */
export class ScriptedCluster {
  private readonly objects = new Map<string, KubernetesObject>();
  private readonly appliedAt = new Map<string, number>();
  private readonly goneAt = new Map<string, number>();
  private calls: CallRecord[] = [];
  private step = 0;
  private uids = 0;

  constructor(private readonly script: ClusterScript) {
    for (const live of script.lives ?? []) this.set(live);
  }

  beginStep(step: number): void {
    this.step = step;
    for (const [key, at] of this.goneAt) {
      if (step < at) continue;
      this.goneAt.delete(key);
      this.remove(key);
    }
  }

  /** The key with the namespace emptied for a cluster-scoped kind. */
  keyOf(object: KubernetesObject): string {
    const key = resourceKeyOf(object);
    return formatResourceKey(clusterScopedKinds.has(key.kind) ? { ...key, namespace: "" } : key);
  }

  get(key: string): KubernetesObject | null {
    return this.objects.get(key) ?? null;
  }

  set(object: KubernetesObject): void {
    const { namespace, ...scopeless } = object.metadata;
    const metadata = clusterScopedKinds.has(object.kind) || !namespace ? scopeless : { ...scopeless, namespace };
    this.objects.set(this.keyOf(object), { ...object, metadata: { uid: `uid-${++this.uids}`, ...metadata } });
  }

  remove(key: string): void {
    this.objects.delete(key);
  }

  /** What the Application tracks: all but a namespace that no manifest names. */
  managed(targets: readonly KubernetesObject[]): readonly KubernetesObject[] {
    const named = new Set(targets.map((target) => this.keyOf(target)));
    return [...this.objects.entries()]
      .filter(([key, object]) => object.kind !== "Namespace" || named.has(key))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object);
  }

  keys(): readonly string[] {
    return [...this.objects.entries()]
      .map(([key, object]) => (object.metadata.deletionTimestamp ? `${key} (terminating)` : key))
      .sort();
  }

  isNamespaced(_group: string, kind: string): boolean {
    return !clusterScopedKinds.has(kind);
  }

  scope(apiVersion: string, kind: string): Discovered {
    if (!this.script.unknownKinds?.includes(kind) || this.hasDefinition(apiVersion, kind)) {
      return { kind: "found", namespaced: !clusterScopedKinds.has(kind) };
    }
    // A group version without any known kind is not served at all; that is what discovery says first.
    const reason = `the server could not find the requested resource, GroupVersion "${apiVersion}" not found`;
    return { kind: "missing", error: `failed to discover server resources for group version ${apiVersion}: ${reason}` };
  }

  health(live: KubernetesObject): HealthVerdict | null {
    const key = this.keyOf(live);
    const script = this.script.health?.[key];
    if (!script) return kindsWithHealth.has(live.kind) ? { status: "Healthy", message: "" } : null;
    const since = Math.max(0, this.step - (this.appliedAt.get(key) ?? 0) - 1);
    const status = script[Math.min(since, script.length - 1)] ?? "";
    if (status === "") return null;
    return { status: status as HealthVerdict["status"], message: `scripted ${status}` };
  }

  answer(requests: readonly SyncRequest[]): readonly SyncReply[] {
    const answers = requests.map((request) => this.call(request));
    this.calls.push(...answers.flatMap(({ call }) => call ?? []));
    return answers.map(({ reply }) => reply);
  }

  /** The calls since the last time; neighbours that may run at the same time are sorted by key, as the corpus has them. */
  takeCalls(): readonly CallRecord[] {
    const runs: CallRecord[][] = [];
    for (const call of this.calls) {
      const last = runs.at(-1);
      if (last?.[0] && concurrencyKey(last[0]) === concurrencyKey(call)) last.push(call);
      else runs.push([call]);
    }
    this.calls = [];
    return runs.flatMap((run) => run.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)));
  }

  private call(request: SyncRequest): { readonly reply: SyncReply; readonly call?: CallRecord } {
    switch (request.op) {
      case "get": {
        const object = this.get(this.keyOf(request.object));
        return { reply: object ? { ok: true, object } : { ok: false, error: "not found", reason: "not-found" } };
      }
      case "awaitEstablished":
      case "migrateManagedFields":
        return { reply: { ok: true } };
      case "updateFinalizers": {
        const key = this.keyOf(request.live);
        if (!this.objects.has(key)) return { reply: { ok: false, error: "not found", reason: "not-found" } };
        this.objects.set(key, request.live);
        return { reply: { ok: true, object: request.live }, call: { op: request.op, key } };
      }
      case "delete":
        return this.delete(request.live, request.propagationPolicy);
      default:
        return this.write(request);
    }
  }

  private delete(live: KubernetesObject, propagationPolicy: string) {
    const key = this.keyOf(live);
    const error = this.script.deleteErrors?.[key];
    const call = { op: "delete", key, propagationPolicy };
    if (error !== undefined) return { reply: { ok: false, error } as const, call: { ...call, error } };
    const existing = this.objects.get(key);
    if (!existing) return { reply: { ok: false, error: "not found", reason: "not-found" } as const, call };
    const slow = this.script.slowDelete?.[key] ?? 0;
    if (slow === 0) this.remove(key);
    else if (!existing.metadata.deletionTimestamp) {
      this.goneAt.set(key, this.step + slow);
      this.objects.set(key, { ...existing, metadata: { ...existing.metadata, deletionTimestamp: "2024-01-01T00:00:00Z" } });
    }
    return { reply: { ok: true } as const, call };
  }

  private write(request: Extract<SyncRequest, { readonly target: KubernetesObject; readonly dryRun: boolean }>) {
    const { op, target, dryRun } = request;
    const key = this.keyOf(target);
    const error = dryRun ? this.script.dryRunErrors?.[key] : this.script.applyErrors?.[key];
    const call: CallRecord = {
      op,
      key,
      ...(dryRun ? { dryRun: true } : {}),
      ...("force" in request && request.force ? { force: true } : {}),
      ...("validate" in request && !request.validate ? { noValidate: true } : {}),
      ...("serverSideApply" in request && request.serverSideApply ? { serverSideApply: true } : {}),
      ...(error !== undefined ? { error } : {}),
    };
    if (error !== undefined) return { reply: { ok: false, error } as const, call };
    if (!dryRun) {
      const uid = op === "replace" ? undefined : this.objects.get(key)?.metadata.uid;
      this.set(uid === undefined ? target : { ...target, metadata: { ...target.metadata, uid } });
      this.appliedAt.set(key, this.step);
    }
    const verb = { apply: "applied", create: "created", replace: "replaced", update: "updated" }[op];
    return { reply: { ok: true, message: `${target.metadata.name ?? ""} ${verb}` } as const, call };
  }

  private hasDefinition(apiVersion: string, kind: string): boolean {
    const wanted = `${splitApiVersion(apiVersion).group}/${kind}`;
    return [...this.objects.values()].some((object) => isCustomResourceDefinition(object) && providedKind(object) === wanted);
  }
}

function concurrencyKey(call: CallRecord): string {
  if (call.op === "delete") return call.op;
  const kind = call.key.split("/")[1];
  return call.op === "updateFinalizers" ? `${call.op} ${kind}` : `${call.dryRun ?? false} ${kind}`;
}
