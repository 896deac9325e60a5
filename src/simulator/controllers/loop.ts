import type { Cluster } from "../cluster.js";
import type { StoreEvent } from "../store/store.js";

/** One of the cluster's own controllers: level-based, a key at a time. */
export interface Controller {
  readonly name: string;
  /** The keys to look at after an event. */
  keysOf(event: StoreEvent): readonly string[];
  /** Brings one key closer to what it should be; a number asks for another look after so many simulated milliseconds. */
  reconcile(key: string): number | undefined;
}

const batchMs = 10;

/**
 * Runs controllers over the store's events. Work is done in small batches between requests, so that a busy cluster still answers.
 * Returns how to stop.
 */
export function runControllers(cluster: Cluster, controllers: readonly Controller[], speed: number): () => void {
  const queue = new Map<string, { readonly controller: Controller; readonly key: string }>();
  const timers = new Map<string, () => void>();
  let scheduled: (() => void) | undefined;
  let isStopped = false;

  const enqueue = (controller: Controller, key: string): void => {
    queue.set(`${controller.name} ${key}`, { controller, key });
    if (!scheduled && !isStopped) scheduled = cluster.clock.schedule(0, drain);
  };

  const drain = (): void => {
    scheduled = undefined;
    const start = cluster.clock.monotonic();
    for (const [id, { controller, key }] of queue) {
      queue.delete(id);
      timers.get(id)?.();
      timers.delete(id);
      later(id, controller, key, attempt(controller, key));
      if (cluster.clock.monotonic() - start > batchMs) break;
    }
    if (queue.size > 0 && !scheduled && !isStopped) scheduled = cluster.clock.schedule(0, drain);
  };

  const later = (id: string, controller: Controller, key: string, delay: number | undefined): void => {
    if (delay === undefined || isStopped) return;
    const wait = speed === Number.POSITIVE_INFINITY ? 0 : delay / speed;
    timers.set(
      id,
      cluster.clock.schedule(wait, () => {
        timers.delete(id);
        enqueue(controller, key);
      }),
    );
  };

  const unsubscribe = cluster.store.subscribeAll((event) => {
    for (const controller of controllers) for (const key of controller.keysOf(event)) enqueue(controller, key);
  });
  return () => {
    isStopped = true;
    unsubscribe();
    scheduled?.();
    for (const cancel of timers.values()) cancel();
  };
}

/** A conflict or a vanished object is not an error: the event that caused it brings the key back. */
function attempt(controller: Controller, key: string): number | undefined {
  try {
    return controller.reconcile(key);
  } catch {
    return 1000;
  }
}
