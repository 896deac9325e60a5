import type { ResolvedRevision, SourcePort } from "../../ports/source.js";

/** Says which commit a revision may mean now: the newest one, or the last that was let through. */
export type Admit = (resolved: ResolvedRevision) => Promise<string>;

/**
 * A source of which a revision moves on only when its guard says so. While a commit is held everyone still sees the one before: nothing of it
 * is generated, rendered or synced, and nobody but the guard needs to know.
 */
export function guardedSource(source: SourcePort, admit: Admit): SourcePort {
  return {
    async resolve(repoURL, revision, options) {
      const resolved = await source.resolve(repoURL, revision, options);
      const commit = await admit({ ...resolved, repoURL, revision });
      return commit === resolved.commit ? resolved : { ...resolved, commit };
    },
    tree: (repoURL, commit) => source.tree(repoURL, commit),
    changedPaths: (repoURL, from, to) => source.changedPaths(repoURL, from, to),
    describe: (repoURL, commit) => source.describe(repoURL, commit),
  };
}
