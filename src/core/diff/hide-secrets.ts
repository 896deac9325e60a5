import type { KubernetesObject } from "../manifest/object.js";
import { asObject, asValue } from "../manifest/object.js";
import { isObject, objectAt, type Value, type ValueObject } from "../manifest/value.js";
import { emitJson } from "../yaml/json.js";
import { normalizeSecret } from "./kinds.js";
import { lastAppliedAnnotation, lastAppliedOf } from "./last-applied.js";

const shortest = "++++++++";
const longer = "++++";

/**
 * A Secret's desired and live state for people: every value is plus signs, the same number for the same value and another one
 * for another value, so that a difference shows and nothing else. Covers the last-applied annotations and, on request,
 * annotations by name.
 */
export function hideSecretData(
  pair: { readonly target: KubernetesObject | null; readonly live: KubernetesObject | null },
  hiddenAnnotations: ReadonlySet<string> = new Set(),
): { readonly target: KubernetesObject | null; readonly live: KubernetesObject | null } {
  const target = pair.target && normalizeSecret(pair.target);
  const live = pair.live && normalizeSecret(pair.live);
  const applied = [target, live].map((object) => {
    const found = object && lastAppliedOf(object);
    return found ? normalizeSecret(found) : null;
  });
  const sides = [target, live, ...applied].map((object) => (object ? asValue(object) : null));
  const masked = maskAll(maskAll(sides, ["data"], undefined), ["metadata", "annotations"], hiddenAnnotations);
  return {
    target: withAnnotation(masked[0] ?? null, masked[2] ?? null, hiddenAnnotations),
    live: withAnnotation(masked[1] ?? null, masked[3] ?? null, hiddenAnnotations),
  };
}

function maskAll(
  sides: readonly (ValueObject | null)[],
  path: readonly string[],
  only: ReadonlySet<string> | undefined,
): readonly (ValueObject | null)[] {
  const mapsOf = (side: ValueObject | null) => (side ? path.reduce<ValueObject>((owner, key) => objectAt(owner, key), side) : {});
  const keys = only ?? new Set(sides.flatMap((side) => Object.keys(mapsOf(side))));
  let result = sides;
  for (const key of keys) {
    const masks = new Map<string, string>();
    result = result.map((side) => {
      const map = mapsOf(side);
      if (!side || !Object.hasOwn(map, key)) return side;
      const value = map[key] ?? "";
      const text = typeof value === "string" ? value : emitJson(value);
      const mask = masks.get(text) ?? shortest + longer.repeat(masks.size);
      masks.set(text, mask);
      return setAt(side, [...path, key], mask);
    });
  }
  return result;
}

function setAt(object: ValueObject, path: readonly string[], value: Value): ValueObject {
  const [key = "", ...rest] = path;
  return { ...object, [key]: rest.length === 0 ? value : setAt(objectAt(object, key), rest, value) };
}

// An annotation that cannot be read may hold anything: it is masked as a whole.
function withAnnotation(
  side: ValueObject | null,
  applied: ValueObject | null,
  hidden: ReadonlySet<string>,
): KubernetesObject | null {
  if (!side) return null;
  const annotations = objectAt(objectAt(side, "metadata"), "annotations");
  if (!isObject(annotations) || !Object.hasOwn(annotations, lastAppliedAnnotation)) return asObject(side);
  const text = !applied || hidden.has(lastAppliedAnnotation) ? shortest : emitJson(applied);
  return asObject(setAt(side, ["metadata", "annotations", lastAppliedAnnotation], text));
}
