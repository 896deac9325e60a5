import type { ReadSet } from "../core/render/recording-tree.js";
import type { SourcePort } from "../ports/source.js";

/** What differs between two commits, as far as a read may notice it. */
export interface TreeChange {
  /** Files that are there before and after, with other content. */
  readonly modified: readonly string[];
  /** What came or went or is of another kind, and the directories above it. */
  readonly structural: readonly string[];
}

/** More than this is told apart by asking the tree itself. */
const mostPaths = 500;

/** Undefined where so much differs, or so little is known, that reads must be compared one by one. */
export async function treeChange(source: SourcePort, repoURL: string, from: string, to: string): Promise<TreeChange | undefined> {
  const changed = await source.changedPaths(repoURL, from, to).catch(() => undefined);
  if (changed === undefined || changed.length > mostPaths) return undefined;
  const [before, after] = [await source.tree(repoURL, from), await source.tree(repoURL, to)];
  const modified: string[] = [];
  const structural = new Set<string>();
  for (const path of changed) {
    if (before.kind(path) === "file" && after.kind(path) === "file") modified.push(path);
    else
      for (let above = path; ; above = above.slice(0, Math.max(0, above.lastIndexOf("/")))) {
        structural.add(above);
        if (above === "") break;
      }
  }
  return { modified, structural: [...structural] };
}

/** Whether a read of `readSet` may notice the change; where not, nothing that was read has changed. */
export function mayNotice({ files, kinds, listings }: ReadSet, { modified, structural }: TreeChange): boolean {
  for (const path of modified) if (files.has(path)) return true;
  for (const path of structural) if (files.has(path) || kinds.has(path) || listings.has(path)) return true;
  return false;
}
