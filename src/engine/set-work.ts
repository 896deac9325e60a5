import { asValue, type KubernetesObject } from "../core/manifest/object.js";
import { objectAt, stringAt } from "../core/manifest/value.js";
import type { Clock } from "../ports/clock.js";
import type { Telemetry } from "../ports/telemetry.js";
import type { Informer } from "./informer.js";
import { keyOfObject, objectOfKey } from "./object-key.js";
import { type Handled, WorkQueue } from "./work-queue.js";

export interface SetWorkOptions {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** `standingOnly`: nothing happened to the set but that its Applications stand otherwise. */
  readonly handle: (key: string, standingOnly: boolean) => Promise<Handled>;
  readonly onError: (key: string, error: unknown) => void;
  readonly sets: () => Informer;
  readonly applicationCount: () => number;
}

const concurrency = 4;
const delayMs = 1_000;
/** How Applications stand only shows in their set's status, unless the set rolls out in steps. */
const statusDelayMs = 10_000;
/** A status that lists thousands of Applications is written more rarely: it is as large as they are many. */
const statusDelayOfOneMs = 4;

/** The queue of ApplicationSets, which knows who has something to do beside telling how their Applications stand. */
export class SetWork {
  readonly queue: WorkQueue;
  private readonly asked = new Set<string>();

  constructor(private readonly options: SetWorkOptions) {
    const { metrics } = options.telemetry;
    this.queue = new WorkQueue({
      clock: options.clock,
      concurrency,
      handle: (key) => options.handle(key, !this.asked.delete(key)),
      onError: options.onError,
      onDepth: (depth) => metrics.gauge("fleetwright_queue_depth", { queue: "applicationsets" }, depth),
      onTaken: (ms) => metrics.observe("fleetwright_queue_wait_seconds", { queue: "applicationsets" }, ms / 1000),
    });
  }

  add(key: string, options: { readonly urgent?: boolean } = {}): void {
    this.asked.add(key);
    this.queue.add(key, options);
  }

  addSoon(key: string): void {
    this.asked.add(key);
    this.queue.addAfter(key, delayMs);
  }

  addAll(): void {
    for (const set of this.options.sets().values()) this.add(keyOfObject(set));
  }

  /** One of its Applications stands otherwise. A set that rolls out in steps decides by that. */
  addStanding(key: string): void {
    if (this.isRolling(key)) this.addSoon(key);
    else this.queue.addAfter(key, Math.max(statusDelayMs, this.options.applicationCount() * statusDelayOfOneMs));
  }

  forget(key: string): void {
    this.queue.forget(key);
    this.asked.delete(key);
  }

  private isRolling(key: string): boolean {
    const set = objectOfKey(this.options.sets(), key);
    return set !== undefined && isRollingSync(set);
  }
}

/** Whether a set brings its Applications up to date in steps. */
export function isRollingSync(set: KubernetesObject): boolean {
  return stringAt(objectAt(objectAt(asValue(set), "spec"), "strategy"), "type") === "RollingSync";
}
