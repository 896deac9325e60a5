import type { KubernetesObject } from "../core/manifest/object.js";
import { isObject, listAt, objectAt, stringAt, type ValueObject } from "../core/manifest/value.js";
import { keyOfObject } from "./object-key.js";

/** An Application as the rooms read it: the object, and the parts of its spec that are asked for again and again. */
export interface Application {
  readonly object: KubernetesObject;
  /** `namespace/name`. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly spec: ValueObject;
  readonly status: ValueObject;
  /** What someone asked for and nobody has begun or ended: the `operation` field. */
  readonly operation: ValueObject | undefined;
  readonly project: string;
  readonly sources: readonly ValueObject[];
  readonly hasMultipleSources: boolean;
  readonly destination: { readonly name?: string; readonly server?: string; readonly namespace: string };
}

export function applicationOf(object: KubernetesObject): Application {
  const value = object as unknown as ValueObject;
  const spec = objectAt(value, "spec");
  const several = listAt(spec, "sources").filter(isObject);
  const destination = objectAt(spec, "destination");
  const name = stringAt(destination, "name");
  const server = stringAt(destination, "server");
  return {
    object,
    key: keyOfObject(object),
    namespace: object.metadata.namespace ?? "",
    name: object.metadata.name,
    spec,
    status: objectAt(value, "status"),
    operation: isObject(value["operation"]) ? value["operation"] : undefined,
    project: stringAt(spec, "project") || "default",
    sources: several.length > 0 ? several : isObject(spec["source"]) ? [spec["source"]] : [],
    hasMultipleSources: several.length > 0,
    destination: { ...(name ? { name } : {}), ...(server ? { server } : {}), namespace: stringAt(destination, "namespace") },
  };
}

export const refreshAnnotation = "argocd.argoproj.io/refresh";

/** `now` as Kubernetes writes times: RFC 3339 in whole seconds. */
export function kubernetesTime(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19)}Z`;
}

/** Kinds (`group/Kind`) of the resources that the Application had when it was reported last. */
export function kindsOf(app: Application): readonly string[] {
  const resources = listAt(app.status, "resources").filter(isObject);
  return [...new Set(resources.map((resource) => `${stringAt(resource, "group")}/${stringAt(resource, "kind")}`))];
}
