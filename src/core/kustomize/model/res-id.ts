import { equalGvk, formatGvk, type Gvk, isSelected } from "./gvk.js";

/** Identity of a resource; `isClusterScoped` is known of a current id only, a former one keeps its effective namespace. */
export interface ResId extends Gvk {
  readonly name: string;
  readonly namespace: string;
  readonly isClusterScoped: boolean;
}

export const clusterNamespace = "_non_namespaceable_";
export const defaultNamespace = "default";

export function effectiveNamespace(id: ResId): string {
  if (id.isClusterScoped) return clusterNamespace;
  return id.namespace === "" ? defaultNamespace : id.namespace;
}

/** Equal keys are equal ids: group, version, kind, name and effective namespace. */
export function idKey(id: ResId): string {
  return `${id.group}|${id.version}|${id.kind}|${id.name}|${effectiveNamespace(id)}`;
}

export function equalIds(a: ResId, b: ResId): boolean {
  return a.name === b.name && equalGvk(a, b) && effectiveNamespace(a) === effectiveNamespace(b);
}

/** `Kind.version.group/name.namespace` with `[noNs]` and so on: the form of every message. */
export function formatId(id: ResId): string {
  return `${formatGvk(id)}/${id.name || "[noName]"}.${id.namespace || "[noNs]"}`;
}

/** Go's %#v of an id: the form of two messages about generators. */
export function formatIdVerbose(id: ResId): string {
  return (
    `resid.ResId{Gvk:resid.Gvk{Group:${JSON.stringify(id.group)}, Version:${JSON.stringify(id.version)}, ` +
    `Kind:${JSON.stringify(id.kind)}, isClusterScoped:${id.isClusterScoped}}, Name:${JSON.stringify(id.name)}, Namespace:${JSON.stringify(id.namespace)}}`
  );
}

/** Selection of a replacement's source: exact, an empty field matches anything. */
export function isIdSelectedBy(id: ResId, selector: ResId): boolean {
  return (
    (selector.name === "" || selector.name === id.name) &&
    (selector.namespace === "" || effectiveNamespace(selector) === effectiveNamespace(id)) &&
    isSelected(id, selector)
  );
}
