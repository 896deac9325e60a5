import type { KubernetesObject } from "../core/manifest/object.js";
import type { Clock, Random } from "../ports/clock.js";
import type { ApiResource, ClusterPort, ObjectRef } from "../ports/cluster.js";
import { ClusterError } from "../ports/cluster-error.js";
import { keyOfObject } from "./object-key.js";
import { isLaterVersion } from "./resource-version.js";

export interface InformerChange {
  readonly before: KubernetesObject | undefined;
  readonly after: KubernetesObject | undefined;
}

export interface InformerOptions {
  readonly cluster: ClusterPort;
  readonly resource: ApiResource;
  /** Asked for anew by each list and watch. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string;
  /** What is not accepted counts as absent. */
  readonly accepts?: (object: KubernetesObject) => boolean;
  readonly clock: Clock;
  readonly random: Random;
  /** What is kept of an object; called once for each version. */
  readonly compact?: (object: KubernetesObject) => KubernetesObject;
  /** `own`: the change is an answer to a write of this process. */
  readonly onChange: (change: InformerChange, own: boolean) => void;
  /** A list or watch failed (undefined: it works again). */
  readonly onFailure?: (error: unknown) => void;
  readonly maxBackoffMs?: number;
}

/**
 * The objects of one kind, kept up to date by list and watch: after a list every change comes through `onChange`, a version that is too
 * old is listed anew, silence and broken streams are picked up where they ended.
 */
export class Informer {
  private readonly objects = new Map<string, KubernetesObject>();
  /** Versions at which objects went, so that a late answer to a write does not bring one back. */
  private readonly tombstones = new Map<string, string>();
  private readonly stopper = new AbortController();
  private resourceVersion: string | undefined;
  private running: Promise<void> | undefined;
  private markSynced: () => void = () => {};
  private failures = 0;
  private watching: AbortController | undefined;
  private pausing: AbortController | undefined;
  isSynced = false;
  /** Resolves after the first list. */
  readonly synced: Promise<void>;

  constructor(private readonly options: InformerOptions) {
    this.synced = new Promise((resolve) => {
      this.markSynced = resolve;
    });
  }

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopper.abort();
    await this.running;
  }

  get(namespace: string, name: string): KubernetesObject | undefined {
    return this.objects.get(`${namespace}/${name}`);
  }

  values(): IterableIterator<KubernetesObject> {
    return this.objects.values();
  }

  get size(): number {
    return this.objects.size;
  }

  /**
   * The server is known to answer again: a pause after failures ends, and a list tells at once what a quiet watch would tell late. A watch
   * that has outlived the failure may be a dead connection: it is opened anew where it stands.
   */
  hurry(): void {
    if (this.failures === 0) return this.watching?.abort();
    this.resourceVersion = undefined;
    this.pausing?.abort();
  }

  /** Lists anew: what is to be followed has changed. */
  relist(): void {
    this.resourceVersion = undefined;
    this.watching?.abort();
  }

  /** Takes in what a write answered, so that the next reader does not see the state before it. */
  assume(object: KubernetesObject): void {
    if (this.options.accepts?.(object) === false) return;
    const key = keyOfObject(object);
    const known = this.objects.get(key);
    const oldest = known?.metadata.resourceVersion ?? this.tombstones.get(key);
    if (oldest !== undefined && !isLaterVersion(object.metadata.resourceVersion, oldest)) return;
    this.put(key, object, true);
  }

  /** Takes out an object that a write has just removed. */
  forget(object: KubernetesObject): void {
    const key = keyOfObject(object);
    if (this.objects.get(key)?.metadata.uid === object.metadata.uid) this.remove(key, object.metadata.resourceVersion, true);
  }

  /** Asks anew for whole objects where more of them is to be kept from now on; absent keys: of all. The running watch goes on. */
  async refill(keys?: ReadonlySet<string>): Promise<void> {
    if (!this.isSynced) return;
    for (const item of await this.askFor(keys)) {
      const key = keyOfObject(item);
      const known = this.objects.get(key);
      if (known === undefined || keys?.has(key) === false) continue;
      const isSame = known.metadata.resourceVersion === item.metadata.resourceVersion;
      if (isSame ? isPartial(known) : isLaterVersion(item.metadata.resourceVersion, known.metadata.resourceVersion))
        this.put(key, item, true);
    }
  }

  /** All objects, asked for where only parts of some are held. */
  async whole(): Promise<readonly KubernetesObject[]> {
    const held = [...this.objects.values()];
    if (!held.some(isPartial)) return held;
    const { items } = await this.ask();
    return items.filter((object) => this.options.accepts?.(object) !== false);
  }

  /** Lets go of what is not to be kept any more, of all objects or of those of some keys. */
  recompact(keys: Iterable<string> = this.objects.keys()): void {
    for (const key of keys) {
      const object = this.objects.get(key);
      if (object === undefined || isPartial(object)) continue;
      const compacted = this.options.compact?.(object) ?? object;
      if (isPartial(compacted)) this.put(key, object, true);
    }
  }

  private async run(): Promise<void> {
    const { signal } = this.stopper;
    while (!signal.aborted) {
      try {
        if (this.resourceVersion === undefined) await this.list();
        const startedAt = this.options.clock.monotonic();
        const seen = await this.watch(this.resourceVersion ?? "");
        this.recovered();
        // A server that ends watches at once must not be asked in a tight loop.
        if (!seen && this.resourceVersion !== undefined && this.options.clock.monotonic() - startedAt < 1000)
          await this.pause(1000);
      } catch (error) {
        if (signal.aborted) break;
        if (error instanceof ClusterError && error.reason === "Expired") {
          this.resourceVersion = undefined;
          continue;
        }
        this.failures++;
        this.options.onFailure?.(error);
        const retryAfter = error instanceof ClusterError ? error.retryAfterMs : undefined;
        await this.pause(retryAfter ?? Math.min(this.options.maxBackoffMs ?? 30_000, 500 * 2 ** Math.min(this.failures, 10)));
      }
    }
  }

  /** A few objects one by one; more of them in one list. */
  private async askFor(keys: ReadonlySet<string> | undefined): Promise<readonly KubernetesObject[]> {
    if (keys === undefined || keys.size > mostAskedOneByOne) return (await this.ask()).items;
    const { cluster } = this.options;
    const found = await Promise.all(
      [...keys].flatMap((key) => {
        const held = this.objects.get(key);
        return held === undefined ? [] : cluster.get(refOf(held));
      }),
    );
    return found.filter((object) => object !== undefined);
  }

  private async ask(): Promise<{ readonly items: readonly KubernetesObject[]; readonly resourceVersion: string }> {
    const { cluster, resource, namespace, labelSelector } = this.options;
    return await cluster.list(resource, {
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
    });
  }

  private async list(): Promise<void> {
    const { items, resourceVersion } = await this.ask();
    if (this.stopper.signal.aborted) return;
    const gone = new Set(this.objects.keys());
    for (const item of items) {
      if (this.options.accepts?.(item) === false) continue;
      const key = keyOfObject(item);
      gone.delete(key);
      if (this.objects.get(key)?.metadata.resourceVersion !== item.metadata.resourceVersion) this.put(key, item);
    }
    for (const key of gone) this.remove(key);
    this.resourceVersion = resourceVersion;
    this.recovered();
    if (!this.isSynced) {
      this.isSynced = true;
      this.markSynced();
    }
  }

  /** Follows one watch to its end; whether anything came. */
  private async watch(resourceVersion: string): Promise<boolean> {
    const { cluster, resource, namespace, labelSelector } = this.options;
    let seen = false;
    const watching = new AbortController();
    this.watching = watching;
    const events = cluster.watch(resource, {
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      resourceVersion,
      signal: AbortSignal.any([this.stopper.signal, watching.signal]),
    });
    for await (const event of events) {
      if (watching.signal.aborted) break;
      if (!seen) {
        seen = true;
        this.recovered();
      }
      if (event.kind === "bookmark") {
        this.resourceVersion = event.resourceVersion;
        continue;
      }
      const { object } = event;
      this.resourceVersion = object.metadata.resourceVersion;
      if (this.options.accepts?.(object) === false) continue;
      const key = keyOfObject(object);
      if (event.kind === "deleted") this.remove(key, object.metadata.resourceVersion);
      else if (isLaterVersion(object.metadata.resourceVersion, this.objects.get(key)?.metadata.resourceVersion))
        this.put(key, object);
    }
    return seen;
  }

  private put(key: string, object: KubernetesObject, own = false): void {
    const before = this.objects.get(key);
    const after = this.options.compact?.(object) ?? object;
    this.objects.set(key, after);
    this.options.onChange({ before, after }, own);
  }

  private remove(key: string, version = this.resourceVersion, own = false): void {
    const before = this.objects.get(key);
    if (version !== undefined) this.tombstones.set(key, version);
    if (this.tombstones.size > 1000) this.tombstones.clear();
    if (before === undefined) return;
    this.objects.delete(key);
    this.options.onChange({ before, after: undefined }, own);
  }

  private recovered(): void {
    if (this.failures === 0) return;
    this.failures = 0;
    this.options.onFailure?.(undefined);
  }

  private async pause(ms: number): Promise<void> {
    const pausing = new AbortController();
    this.pausing = pausing;
    const signal = AbortSignal.any([this.stopper.signal, pausing.signal]);
    await this.options.clock.sleep(ms * (0.8 + 0.4 * this.options.random()), signal).catch(() => {});
    this.pausing = undefined;
  }
}

const mostAskedOneByOne = 10;

function refOf({ apiVersion, kind, metadata: { name, namespace } }: KubernetesObject): ObjectRef {
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** Marks an object of which only a part is held. */
export const partialMark = "fleetwright.partial";

export function isPartial(object: KubernetesObject): boolean {
  return object[partialMark] === true;
}
