import type { FileTree } from "../render/file-tree.js";
import type { FleetApplication, FleetApplicationSet, FleetProblem, FleetRender } from "./fleet-state.js";
import type { FrozenReads } from "./read-index.js";

/**
 * The fleet that another process computed, to be taken over as it stands: where a move touches neither resources nor generators, nothing else of a
 * snapshot is looked at. Each part is read when somebody looks at it.
 */
export interface KeptFleet {
  /** Every git URL that the resources name. */
  readonly gitUrls: readonly string[];
  readonly buildOptions: string;
  readonly applications: readonly KeptApplication[];
  readonly applicationSets: ReadonlyMap<string, FleetApplicationSet>;
  readonly problems: readonly FleetProblem[];
  /** As in FleetState. */
  readonly clusterFiles: ReadonlyMap<string, string>;
  /** Whether a file held resources, or named them and could not be read. */
  hasFindings(path: string): boolean;
  readonly renderReads: FrozenReads;
  readonly generatorReads: FrozenReads;
  /** Whether a generator run would read in `tree`, which differs in `changed` at most, what it read. */
  isRunValid(key: string, tree: FileTree, changed: readonly string[]): boolean;
}

export interface KeptApplication extends Pick<FleetApplication, "key" | "name" | "namespace"> {
  /** Its key among the renders and reaches of the snapshot. */
  readonly renderKey: string;
  /** The same object at each call. */
  readonly body: () => Pick<FleetApplication, "metadata" | "spec" | "origin">;
}

/** A kept Application with its render; what it says is read when somebody looks at it. A class for the reason that PendingRender is one. */
export class WokenApplication implements FleetApplication {
  readonly key: string;
  readonly name: string;
  readonly namespace: string;
  readonly render: FleetRender;
  readonly #kept: KeptApplication;

  constructor(kept: KeptApplication, render: FleetRender) {
    this.#kept = kept;
    this.key = kept.key;
    this.name = kept.name;
    this.namespace = kept.namespace;
    this.render = render;
  }

  get metadata(): FleetApplication["metadata"] {
    return this.#kept.body().metadata;
  }

  get spec(): FleetApplication["spec"] {
    return this.#kept.body().spec;
  }

  get origin(): FleetApplication["origin"] {
    return this.#kept.body().origin;
  }
}
