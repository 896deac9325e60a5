import type { FileTree } from "../core/render/file-tree.js";
import type { SourcePort } from "../ports/source.js";
import type { Telemetry } from "../ports/telemetry.js";
import type { RepositoryChange } from "./rooms/watch.js";
import type { ControllerSettings } from "./settings.js";
import { type TreeChange, treeChange } from "./tree-change.js";

/** Who reads a repository, and what becomes of who is touched by a commit and who is not. */
export interface ReadersOfCommit {
  readonly source: SourcePort;
  readonly telemetry: Telemetry;
  /** Keys of Applications, and of sets as `set:KEY`. */
  readonly readers: () => readonly string[];
  readonly settings: () => ControllerSettings;
  readonly isSetTouched: (key: string, change: TreeChange | undefined) => Promise<boolean>;
  readonly onSet: (key: string) => void;
  readonly isTouched: (key: string, tree: FileTree, change: TreeChange | undefined) => boolean;
  readonly onTouched: (key: string) => void;
  readonly onUntouched: (key: string, spreadMs: number) => void;
}

/** Who is not touched by a commit learns of it within this time, or slower where there are many: it costs a write each. */
const spreadMs = 5_000;
const spreadOfOneMs = 20;

/** A new commit: whom it touches is worked on at once, the others learn the new revision a little later. */
export async function tellReaders({ repoURL, revision, from, to }: RepositoryChange, told: ReadersOfCommit): Promise<void> {
  const { source, telemetry } = told;
  const tree = await source.tree(repoURL, to);
  const change = from === undefined ? undefined : await treeChange(source, repoURL, from, to);
  const readers = told.readers();
  const withinMs = spreadOf(readers.length, told.settings());
  let touched = 0;
  for (const reader of readers) {
    const set = reader.startsWith("set:") ? reader.slice(4) : undefined;
    const isTouched = set === undefined ? told.isTouched(reader, tree, change) : await told.isSetTouched(set, change);
    if (isTouched) touched++;
    if (set !== undefined) {
      if (isTouched) told.onSet(set);
    } else if (isTouched) told.onTouched(reader);
    else told.onUntouched(reader, withinMs);
  }
  telemetry.metrics.count("fleetwright_commit_readers_total", { touched: "true" }, touched);
  telemetry.metrics.count("fleetwright_commit_readers_total", { touched: "false" }, readers.length - touched);
  telemetry.log.info("new commit", { repo: repoURL, revision, commit: to, touched });
}

/** Later than a poll would have told them is late even for the largest fleet. */
function spreadOf(count: number, { reconciliationMs, reconciliationJitterMs }: ControllerSettings): number {
  const latestMs = reconciliationMs > 0 ? reconciliationMs + reconciliationJitterMs : Number.POSITIVE_INFINITY;
  return Math.max(spreadMs, Math.min(count * spreadOfOneMs, latestMs));
}
