import { compileGobwasLenient } from "../glob/gobwas.js";
import type { ResourceKey } from "../manifest/object.js";

/** One entry of a project's `orphanedResources.ignore`. */
export interface OrphanedException {
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
}

/** A test for resources that are in a project's namespaces, belong to no Application, and are still not reported. */
export function orphanedExceptions(exceptions: readonly OrphanedException[]): (key: ResourceKey) => boolean {
  const compiled = exceptions.map(({ group = "", kind = "", name = "" }) => ({
    group: compileGobwasLenient(group),
    kind: kind === "" ? () => true : compileGobwasLenient(kind),
    name: name === "" ? () => true : compileGobwasLenient(name),
  }));
  return (key) => isOfEveryNamespace(key) || compiled.some((one) => one.kind(key.kind) && one.group(key.group) && one.name(key.name));
}

/** What Kubernetes itself puts into namespaces. */
function isOfEveryNamespace({ group, kind, namespace, name }: ResourceKey): boolean {
  if (group !== "") return false;
  if (kind === "Service") return namespace === "default" && name === "kubernetes";
  return (kind === "ServiceAccount" && name === "default") || (kind === "ConfigMap" && name === "kube-root-ca.crt");
}
