import type { Cluster } from "../applicationset/index.js";
import type { Location } from "../errors.js";
import type { FleetState } from "../impact/fleet-state.js";
import type { Selection } from "../kustomize/index.js";
import type { FileTree } from "../render/file-tree.js";
import type { FleetFiles } from "./fleet-files.js";

export type Severity = "error" | "warning";

/** The fleet at one tree, as it is given to lint. */
export interface LintInput {
  readonly state: FleetState;
  readonly tree: FileTree;
  /** Files that are looked into for ApplicationSets, Applications, AppProjects and clusters. */
  readonly isSearched: (path: string) => boolean;
  readonly inventory?: readonly Cluster[];
  /** What patches and replacements selected while the fleet was rendered. */
  readonly selections?: readonly Selection[];
}

/** What rules look at. */
export interface LintedFleet extends LintInput {
  readonly files: FleetFiles;
}

export interface Finding {
  readonly location: Location;
  readonly message: string;
  /** `lint --fix` can mend it. */
  readonly isFixable?: boolean;
}

/** One kind of finding. A rule says nothing where it cannot know. */
export interface Rule {
  /** As in suppressions and `--rule`. */
  readonly id: string;
  readonly severity: Severity;
  /** One line for `docs/lint.md` and SARIF. */
  readonly summary: string;
  check(fleet: LintedFleet): readonly Finding[];
}

export interface RuleFinding extends Finding {
  readonly rule: string;
  readonly severity: Severity;
}
