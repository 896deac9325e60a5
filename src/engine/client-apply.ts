import { threeWayJsonPatch } from "../core/diff/json-merge.js";
import { lastAppliedAnnotation, lastAppliedOf } from "../core/diff/last-applied.js";
import { threeWayPatch } from "../core/diff/strategic/diff.js";
import { goTypeOf } from "../core/diff/typed/go-types.js";
import { asValue, type KubernetesObject } from "../core/manifest/object.js";
import type { Value, ValueObject } from "../core/manifest/value.js";
import { emitJson } from "../core/yaml/json.js";

/** A patch and the way it is to be read. */
export interface ClientPatch {
  readonly type: "strategic" | "merge";
  readonly patch: ValueObject;
}

/** `target` with the annotation in which kubectl notes what it applied. */
export function withLastApplied(target: KubernetesObject): KubernetesObject {
  const { [lastAppliedAnnotation]: _, ...annotations } = target.metadata.annotations ?? {};
  const bare = { ...target, metadata: { ...target.metadata, annotations } };
  const text = `${emitJson(bare as unknown as Value)}\n`;
  return { ...target, metadata: { ...target.metadata, annotations: { ...annotations, [lastAppliedAnnotation]: text } } };
}

/**
 * What a client-side apply sends (kubectl): the three-way patch of what was applied last, what is wanted and what is there; strategic for
 * built-in kinds. Undefined where nothing would change. `target` carries its annotation already.
 */
export function clientPatch(target: KubernetesObject, live: KubernetesObject): ClientPatch | undefined {
  const original = lastAppliedOf(live);
  const before: ValueObject = original === undefined ? {} : asValue(original);
  const type = goTypeOf(target.apiVersion, target.kind);
  const patch =
    type === undefined
      ? threeWayJsonPatch(before, asValue(target), asValue(live))
      : threeWayPatch(before, asValue(target), asValue(live), type);
  if (Object.keys(patch).length === 0) return undefined;
  return { type: type === undefined ? "merge" : "strategic", patch };
}
