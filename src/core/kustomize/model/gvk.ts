export interface Gvk {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** `apps/v1` → group and version; the version keeps further slashes, as the original's does. */
export function parseGroupVersion(apiVersion: string): GroupVersion {
  let known = groupVersions.get(apiVersion);
  if (known === undefined) {
    if (groupVersions.size > 1000) groupVersions.clear();
    known = splitGroupVersion(apiVersion);
    groupVersions.set(apiVersion, known);
  }
  return known;
}

type GroupVersion = Pick<Gvk, "group" | "version">;

const groupVersions = new Map<string, GroupVersion>();

function splitGroupVersion(apiVersion: string): GroupVersion {
  const slash = apiVersion.indexOf("/");
  return slash < 0
    ? { group: "", version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

export function apiVersionOf(gvk: Gvk): string {
  return gvk.group === "" ? gvk.version : `${gvk.group}/${gvk.version}`;
}

/** An empty field of the selector matches anything. */
export function isSelected(gvk: Gvk, selector: Partial<Gvk>): boolean {
  return (
    (!selector.group || selector.group === gvk.group) &&
    (!selector.version || selector.version === gvk.version) &&
    (!selector.kind || selector.kind === gvk.kind)
  );
}

export function equalGvk(a: Gvk, b: Gvk): boolean {
  return a.group === b.group && a.version === b.version && a.kind === b.kind;
}

/** `Kind.version.group` with `[noKind]` and so on: the form of every message. */
export function formatGvk(gvk: Gvk): string {
  return `${gvk.kind || "[noKind]"}.${gvk.version || "[noVer]"}.${gvk.group || "[noGrp]"}`;
}

export const orderFirst: readonly string[] = [
  "Namespace",
  "ResourceQuota",
  "StorageClass",
  "CustomResourceDefinition",
  "ServiceAccount",
  "PodSecurityPolicy",
  "Role",
  "ClusterRole",
  "RoleBinding",
  "ClusterRoleBinding",
  "ConfigMap",
  "Secret",
  "Endpoints",
  "Service",
  "LimitRange",
  "PriorityClass",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "Deployment",
  "StatefulSet",
  "CronJob",
  "PodDisruptionBudget",
];

export const orderLast: readonly string[] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

export type TypeOrders = ReadonlyMap<string, number>;

export function typeOrders(first: readonly string[], last: readonly string[]): TypeOrders {
  return new Map([
    ...first.map((kind, index) => [kind, index - first.length] as const),
    ...last.map((kind, index) => [kind, index + 1] as const),
  ]);
}

/** `group_version_Kind` with `~G` and so on: sorts as the original does. */
export function sortString(gvk: Gvk): string {
  return `${gvk.group || "~G"}_${gvk.version || "~V"}_${gvk.kind || "~K"}`;
}

const defaultOrders = typeOrders(orderFirst, orderLast);

/** The order of field specs and name references. */
export function compareGvk(a: Gvk, b: Gvk): number {
  const byKind = (defaultOrders.get(a.kind) ?? 0) - (defaultOrders.get(b.kind) ?? 0);
  return byKind !== 0 ? byKind : compareBytes(sortString(a), sortString(b));
}

/** Order of UTF-8 bytes, as Go compares strings. */
export function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) {
      const isSurrogateX = x >= 0xd800 && x <= 0xdfff;
      const isSurrogateY = y >= 0xd800 && y <= 0xdfff;
      if (isSurrogateX !== isSurrogateY) return isSurrogateX ? 1 : -1;
      return x - y;
    }
  }
  return a.length - b.length;
}
