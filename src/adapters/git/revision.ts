import { InputError } from "../../core/errors.js";
import type { RemoteRefs } from "./mirror.js";

/** Picks the highest of `versions` that a constraint allows; undefined when `constraint` is none, or none fits. */
export type BestVersion = (constraint: string, versions: readonly string[]) => string | undefined;

/** What a revision stands for among the refs of a remote. */
export type RevisionTarget =
  | { readonly kind: "commit"; readonly commit: string; readonly ref: string }
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "unknown" };

/** Whether a revision is a full commit id, which needs no remote to be resolved. */
export function isCommitId(revision: string): boolean {
  return /^([0-9a-fA-F]{40}|[0-9a-fA-F]{64})$/.test(revision);
}

/** Refuses a revision that git could take for an option or an expression. */
export function checkRevision(revision: string): void {
  if (revision.startsWith("-") || /[\u0000-\u001f\u007f]/.test(revision) || revision.length > 500)
    throw new InputError(`"${revision.slice(0, 80)}" is not a revision`, {
      code: "GIT_REVISION_INVALID",
      hint: "use a branch, a tag, a commit id, HEAD or a version range",
    });
}

/**
 * Finds a revision among the advertised refs. Argo CD's order: a version range over the tags, then the ref of that name (branches before
 * tags), then a shortened commit id. An empty revision is HEAD.
 */
export function findRevision(revision: string, refs: RemoteRefs, bestVersion: BestVersion): RevisionTarget {
  const name = revision === "" ? "HEAD" : revision;
  if (isCommitId(name)) return { kind: "id", id: name.toLowerCase() };
  if (name === "HEAD") {
    const commit = refs.commits.get("HEAD") ?? (refs.head === undefined ? undefined : refs.commits.get(refs.head));
    return commit === undefined ? { kind: "unknown" } : { kind: "commit", commit, ref: refs.head ?? "HEAD" };
  }
  const tags = [...refs.commits.keys()]
    .filter((ref) => ref.startsWith("refs/tags/"))
    .map((ref) => ref.slice("refs/tags/".length));
  const version = bestVersion(name, tags);
  for (const ref of [
    ...(version === undefined ? [] : [`refs/tags/${version}`]),
    name,
    `refs/heads/${name}`,
    `refs/tags/${name}`,
    `refs/${name}`,
  ]) {
    const commit = refs.commits.get(ref);
    if (commit !== undefined) return { kind: "commit", commit, ref };
  }
  return /^[0-9a-fA-F]{7,39}$/.test(name) ? { kind: "id", id: name.toLowerCase() } : { kind: "unknown" };
}
