import { ExternalError } from "../../core/errors.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import type { Clock } from "../../ports/clock.js";
import type { ApiResource, ClusterPort } from "../../ports/cluster.js";
import { ClusterError } from "../../ports/cluster-error.js";

export const applicationResource: ApiResource = {
  group: "argoproj.io",
  version: "v1alpha1",
  kind: "Application",
  resource: "applications",
  namespaced: true,
  verbs: ["get", "list", "watch"],
};

type Listener = (application: KubernetesObject, change: "changed" | "deleted") => void;

const relistAfterMs = 1_000;

/** The Applications of one hub, kept current by a watch. */
export class ApplicationsView {
  readonly #cluster: ClusterPort;
  readonly #clock: Clock;
  readonly #listeners = new Set<Listener>();
  #applications = new Map<string, KubernetesObject>();

  constructor(cluster: ClusterPort, clock: Clock) {
    this.#cluster = cluster;
    this.#clock = clock;
  }

  /** Every Application by `namespace/name`. */
  get all(): ReadonlyMap<string, KubernetesObject> {
    return this.#applications;
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Lists and watches until the signal; a broken watch is listed anew. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const listed = await this.#cluster.list(applicationResource);
        this.#replace(listed.items);
        for await (const event of this.#cluster.watch(applicationResource, { resourceVersion: listed.resourceVersion, signal })) {
          if (event.kind !== "bookmark") this.#note(event.object, event.kind === "deleted" ? "deleted" : "changed");
        }
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ClusterError)) throw error;
        await this.#clock.sleep(relistAfterMs, signal).catch(() => {});
      }
    }
  }

  /** Resolves when `holds` first says true of all Applications; asked after each change. Throws after `timeoutMs`, saying what was awaited. */
  async until(
    awaited: string,
    holds: (applications: ReadonlyMap<string, KubernetesObject>) => boolean,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<void> {
    if (holds(this.#applications)) return;
    let cancel: () => void = () => {};
    await new Promise<void>((resolve, reject) => {
      const timeout = new ExternalError(`${awaited}: not within ${options.timeoutMs / 1000} s`, { code: "AWAITED_TOO_LONG" });
      const cancelTimer = this.#clock.schedule(options.timeoutMs, () => reject(timeout));
      const unsubscribe = this.onChange(() => holds(this.#applications) && resolve());
      const abort = (): void => reject(new ExternalError(`${awaited}: stopped`, { code: "STOPPED" }));
      options.signal?.addEventListener("abort", abort, { once: true });
      cancel = () => {
        cancelTimer();
        unsubscribe();
        options.signal?.removeEventListener("abort", abort);
      };
    }).finally(() => cancel());
  }

  #replace(items: readonly KubernetesObject[]): void {
    const before = this.#applications;
    this.#applications = new Map(items.map((item) => [keyOf(item), item]));
    for (const [key, application] of before) if (!this.#applications.has(key)) this.#tell(application, "deleted");
    for (const application of items) this.#tell(application, "changed");
  }

  #note(application: KubernetesObject, change: "changed" | "deleted"): void {
    if (change === "deleted") this.#applications.delete(keyOf(application));
    else this.#applications.set(keyOf(application), application);
    this.#tell(application, change);
  }

  #tell(application: KubernetesObject, change: "changed" | "deleted"): void {
    for (const listener of this.#listeners) listener(application, change);
  }
}

function keyOf(application: KubernetesObject): string {
  return `${application.metadata.namespace}/${application.metadata.name}`;
}
