import { asValue, type KubernetesObject, resourceKeyOf, splitApiVersion } from "../manifest/object.js";
import { isObject, listAt, objectAt, type ValueObject } from "../manifest/value.js";
import type { HookIntent, OperationPhase, ResourceResult, ResultCode, SyncProgress } from "./operation.js";
import type { SyncReply, SyncRequest, SyncTurn } from "./request.js";
import { isHookTask, objectOf, resultKeyOf, type SyncTask } from "./task.js";

/** A computation that asks the cluster in turns; `T` is what it comes to. */
export type Stepping<T> = Generator<SyncTurn, T, readonly SyncReply[]>;

/** The operation's state during one step; it lives as long as the step. */
export class SyncSession {
  private phase: OperationPhase;
  private message: string;
  private readonly results = new Map<string, ResourceResult>();
  private readonly intents = new Map<string, HookIntent>();
  /** live hooks that this step took the finalizer from → as they are since */
  readonly freed = new Map<KubernetesObject, KubernetesObject>();

  constructor(progress: SyncProgress) {
    this.phase = progress.phase;
    this.message = progress.message;
    for (const one of progress.resources) {
      this.results.set(`${one.group}/${one.kind}/${one.namespace}/${one.name}:${one.syncPhase}`, one);
    }
    for (const intent of progress.intents ?? []) this.intents.set(intent.key, intent);
  }

  /** Anything has been noted: the dry run is behind us. */
  get isStarted(): boolean {
    return this.results.size > 0;
  }

  get allResults(): readonly ResourceResult[] {
    return [...this.results.values()];
  }

  progress(): SyncProgress {
    const base = { phase: this.phase, message: this.message, resources: this.allResults };
    return this.intents.size > 0 ? { ...base, intents: [...this.intents.values()] } : base;
  }

  setPhase(phase: OperationPhase, message: string): void {
    this.phase = phase;
    this.message = message;
  }

  /** Notes what became of a task; an empty message keeps the last one. */
  setResult(task: SyncTask, status: ResultCode | "", operationPhase: OperationPhase | "", message: string): void {
    task.status = status;
    task.operationPhase = operationPhase;
    if (message !== "") task.message = message;
    const key = resultKeyOf(task);
    const existing = this.results.get(key);
    const found = { status, hookPhase: operationPhase, message: task.message };
    this.results.set(key, existing ? { ...existing, ...found } : { ...identity(task), ...found });
    this.intents.delete(key);
  }

  /** Notes that a hook is about to be made, and what stood in its place. */
  intend(task: SyncTask): void {
    const key = resultKeyOf(task);
    this.intents.set(key, { key, replaces: task.live?.metadata.uid ?? "" });
  }

  *request(requests: readonly SyncRequest[]): Stepping<readonly SyncReply[]> {
    if (requests.length === 0) return [];
    const replies = yield { kind: "requests", requests, progress: this.progress() };
    return requests.map((_, index) => replies[index] ?? { ok: false, error: "no reply" });
  }

  *ask(request: SyncRequest): Stepping<SyncReply> {
    const [reply] = yield* this.request([request]);
    return reply ?? { ok: false, error: "no reply" };
  }
}

function identity(task: SyncTask): Omit<ResourceResult, "status" | "hookPhase" | "message"> {
  const object = objectOf(task);
  const images = containerImages(object);
  return {
    ...resourceKeyOf(object),
    version: splitApiVersion(object.apiVersion).version,
    syncPhase: task.phase,
    ...(isHookTask(task) ? { hookType: task.phase } : {}),
    ...(images.length > 0 ? { images } : {}),
  };
}

/** Images of the containers of a Pod, of anything with a pod template, or of a CronJob (first of these that is there). */
export function containerImages(object: KubernetesObject): readonly string[] {
  const spec = objectAt(asValue(object), "spec");
  const template = (owner: ValueObject) => objectAt(objectAt(owner, "template"), "spec");
  const places = [spec, template(spec), template(objectAt(objectAt(spec, "jobTemplate"), "spec"))];
  const place = places.find((one) => Array.isArray(one["containers"]));
  return listAt(place, "containers").flatMap((container) => {
    const image = isObject(container) ? container["image"] : undefined;
    return typeof image === "string" ? [image] : [];
  });
}
