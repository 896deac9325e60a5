import type { FileTree } from "../render/file-tree.js";
import { matchPath } from "./path-match.js";

const maxAlternatives = 200;

export function isGlob(path: string): boolean {
  return /[*?[]/.test(path);
}

/** The files that a pattern with `*`, `?`, `[…]`, `{a,b}` and `**` names, folder by folder in order of names (doublestar). */
export function expandGlob(tree: FileTree, pattern: string): string[] {
  const found = new Set<string>();
  for (const plain of alternatives(pattern)) walk(tree, "", plain.split("/"), found);
  return [...found];
}

/** The pattern with each of its `{a,b}` alternatives. */
function alternatives(pattern: string): string[] {
  let open = [pattern];
  const done: string[] = [];
  while (open.length > 0 && done.length + open.length <= maxAlternatives) {
    const next: string[] = [];
    for (const candidate of open) {
      const match = /\{([^{}]*)\}/.exec(candidate);
      if (!match) {
        done.push(candidate);
        continue;
      }
      const [whole, inner = ""] = match;
      for (const part of inner.split(",")) {
        next.push(candidate.slice(0, match.index) + part + candidate.slice(match.index + whole.length));
      }
    }
    open = next;
  }
  return done;
}

function walk(tree: FileTree, folder: string, segments: readonly string[], found: Set<string>): void {
  const [segment, ...rest] = segments;
  if (segment === undefined) return;
  const at = (name: string) => (folder === "" ? name : `${folder}/${name}`);
  const entries = tree.list(folder) ?? [];
  if (segment === "**") {
    const inner = rest.length === 0 ? ["*"] : rest;
    walk(tree, folder, inner, found);
    for (const entry of entries) if (entry.kind === "directory") walk(tree, at(entry.name), segments, found);
    return;
  }
  for (const entry of entries) {
    if (!matchPath(segment, entry.name)) continue;
    const kind = entry.kind === "symlink" ? tree.kind(at(entry.name)) : entry.kind;
    if (rest.length > 0 && kind === "directory") walk(tree, at(entry.name), rest, found);
    else if (rest.length === 0 && kind === "file") found.add(at(entry.name));
  }
}
