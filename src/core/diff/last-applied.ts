import type { KubernetesObject, ObjectMeta } from "../manifest/object.js";
import { asObject } from "../manifest/object.js";
import { isObject, type Value } from "../manifest/value.js";
import { parseJson } from "../yaml/json.js";

export const lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";

/** The configuration that was last applied client-side, or undefined where the annotation is absent or unreadable. */
export function lastAppliedOf(live: KubernetesObject): KubernetesObject | undefined {
  const annotations = (live.metadata as ObjectMeta | undefined)?.annotations;
  if (!annotations || !Object.hasOwn(annotations, lastAppliedAnnotation)) return undefined;
  const text: unknown = annotations[lastAppliedAnnotation];
  if (typeof text !== "string") return undefined;
  try {
    const value = readJson(text);
    const isReadable = isObject(value) && typeof value["kind"] === "string" && value["kind"] !== "";
    return isReadable ? asObject({ metadata: {}, ...value }) : undefined;
  } catch {
    return undefined;
  }
}

const needsOwnReader = /\d{16}|__proto__/;

// The engine's own parser is faster; ours keeps big integers and refuses dangerous keys.
function readJson(text: string): Value {
  return needsOwnReader.test(text) ? parseJson(text, {}) : (JSON.parse(text) as Value);
}

export function withoutLastApplied(object: KubernetesObject): KubernetesObject {
  const annotations = (object.metadata as ObjectMeta | undefined)?.annotations;
  if (!annotations || !Object.hasOwn(annotations, lastAppliedAnnotation)) return object;
  const { [lastAppliedAnnotation]: _, ...kept } = annotations;
  return { ...object, metadata: { ...object.metadata, annotations: kept } };
}
