import type { ReadSet } from "../render/recording-tree.js";
import type { FleetApplication, FleetApplicationSet, FleetProblem, FleetRender } from "./fleet-state.js";
import type { FrozenReads } from "./read-index.js";

/**
 * The fleet that another process computed, to be taken over as it stands: where a move touches neither resources nor generators, nothing else of a
 * snapshot is looked at. Each part is read when somebody looks at it.
 */
export interface KeptFleet {
  /** Every git URL that the resources name. */
  readonly gitUrls: readonly string[];
  readonly applications: readonly KeptApplication[];
  readonly applicationSets: ReadonlyMap<string, FleetApplicationSet>;
  readonly problems: readonly FleetProblem[];
  /** As in FleetState. */
  readonly clusterFiles: ReadonlyMap<string, string>;
  /** Whether a file held resources, or named them and could not be read. */
  hasFindings(path: string): boolean;
  readonly renderReads: FrozenReads;
  readonly generatorReads: FrozenReads;
  /** What a generator run read. */
  generatorReadSet(key: string): ReadSet;
}

export interface KeptApplication extends Pick<FleetApplication, "key" | "name" | "namespace"> {
  /** Its key among the renders and reaches of the snapshot. */
  readonly renderKey: string;
  /** The same object at each call. */
  readonly body: () => Pick<FleetApplication, "metadata" | "spec" | "origin">;
}

/** A kept Application with its render; what it says is read when somebody looks at it. */
export function wokenApplication({ key, name, namespace, body }: KeptApplication, render: FleetRender): FleetApplication {
  return {
    key,
    name,
    namespace,
    get metadata() {
      return body().metadata;
    },
    get spec() {
      return body().spec;
    },
    get origin() {
      return body().origin;
    },
    render,
  };
}
