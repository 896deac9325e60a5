import type { KubernetesObject } from "../core/manifest/object.js";
import type { ClusterPort } from "../ports/cluster.js";
import { fieldManager } from "./apply.js";

const atOnce = 8;

interface Lane {
  active: number;
  readonly waiting: (() => void)[];
}

/** Server-side dry-run applies for comparisons: a few at once for each cluster, so that comparing never crowds out syncing there. */
export class DryRuns {
  private readonly lanes = new WeakMap<ClusterPort, Lane>();

  /** What the object would be after a server-side apply that takes over conflicts. Throws ClusterError. */
  async apply(cluster: ClusterPort, target: KubernetesObject): Promise<KubernetesObject> {
    let lane = this.lanes.get(cluster);
    if (lane === undefined) {
      lane = { active: 0, waiting: [] };
      this.lanes.set(cluster, lane);
    }
    if (lane.active >= atOnce) await new Promise<void>((resolve) => lane.waiting.push(resolve));
    else lane.active++;
    try {
      return await cluster.apply(target, { fieldManager, force: true, dryRun: true });
    } finally {
      // The place goes to who waits longest, or is free again.
      const next = lane.waiting.shift();
      if (next !== undefined) next();
      else lane.active--;
    }
  }
}
