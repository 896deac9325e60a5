import { formatResourceKey, type KubernetesObject, resourceKeyOf } from "../core/manifest/object.js";
import type { Condition } from "./conditions.js";
import type { LiveState } from "./live-state.js";
import type { OrphanRule } from "./projects.js";

export interface OrphanSearch {
  readonly rule: OrphanRule;
  readonly live: Pick<LiveState, "topLevelOf">;
  /** The destination's namespace. */
  readonly namespace: string;
  /** Keys of what this Application wants or has. */
  readonly managed: ReadonlySet<string>;
  /** The tracking name that an object carries, "" for none. */
  readonly trackedApp: (object: KubernetesObject) => string;
  /** Whether there is an Application of that tracking name. */
  readonly isApplication: (instance: string) => boolean;
  readonly isPermitted: (object: KubernetesObject) => boolean;
}

/** Objects of the destination's namespace that no other object owns and no Application has (Argo CD counts their children too). */
export function orphansOf(search: OrphanSearch): readonly KubernetesObject[] {
  const { rule, managed, namespace } = search;
  if (namespace === "") return [];
  return search.live.topLevelOf(namespace).filter((object) => {
    const key = resourceKeyOf(object);
    if (managed.has(formatResourceKey(key)) || rule.isIgnored(key) || !search.isPermitted(object)) return false;
    const owner = search.trackedApp(object);
    return owner === "" || !search.isApplication(owner);
  });
}

const namesShown = 5;

/** In Argo CD's words, and which they are. */
export function orphanWarning(orphans: readonly KubernetesObject[]): Condition {
  const names = orphans.map(({ kind, metadata }) => `${kind}/${metadata.name}`).sort();
  const shown = names.slice(0, namesShown).join(", ");
  const rest = names.length > namesShown ? ` and ${names.length - namesShown} more` : "";
  return { type: "OrphanedResourceWarning", message: `Application has ${orphans.length} orphaned resources: ${shown}${rest}` };
}
