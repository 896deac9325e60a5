import type { Selection } from "../kustomize/index.js";
import { isObject, listAt, objectAt, type ValueObject } from "../manifest/value.js";
import type { LintedFleet } from "./rule.js";

export interface UnmatchedEntry extends Selection {
  /** The selector in words: `kind=Deployment, name=web`. */
  readonly select: string;
}

/** Entries of kustomizations that selected nothing each time they were built. A shared base or component may select in one build only. */
export function unmatchedEntries(fleet: LintedFleet, fields: readonly Selection["field"][]): readonly UnmatchedEntry[] {
  // Renders are made when they are looked at, and tell what they select while they are.
  for (const { render } of fleet.state.applications.values()) void render.manifests;
  const most = new Map<string, Selection>();
  for (const selection of fleet.selections ?? []) {
    if (!fields.includes(selection.field)) continue;
    const key = `${selection.file} ${selection.field} ${selection.entry} ${selection.target ?? ""}`;
    const known = most.get(key);
    if (!known || known.count < selection.count) most.set(key, selection);
  }
  const values = new Map(fleet.files.kustomizations.map(({ file, value }) => [file, value]));
  return [...most.values()].flatMap((selection) => {
    if (selection.count > 0) return [];
    const entry = listAt(values.get(selection.file), selection.field)[selection.entry];
    // What an Application lays over the file is no entry of it.
    if (!isObject(entry)) return [];
    return [{ ...selection, select: inWords(selectorOf(entry, selection)) }];
  });
}

function selectorOf(entry: ValueObject, { field, target }: Selection): ValueObject {
  if (field !== "replacements") return objectAt(entry, "target");
  const chosen = listAt(entry, "targets")[target ?? 0];
  return isObject(chosen) ? objectAt(chosen, "select") : {};
}

function inWords(selector: ValueObject): string {
  const parts = Object.entries(selector).map(([key, value]) => `${key}=${String(value)}`);
  return parts.length === 0 ? "selected" : parts.join(", ");
}
