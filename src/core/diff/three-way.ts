import { InputError } from "../errors.js";
import type { KubernetesObject } from "../manifest/object.js";
import { asValue, splitApiVersion } from "../manifest/object.js";
import type { Value, ValueObject } from "../manifest/value.js";
import { isObject, objectAt } from "../manifest/value.js";
import { withDefaults } from "./defaults/walk.js";
import { asFloats } from "./floats.js";
import { applyMergePatch, threeWayJsonPatch } from "./json-merge.js";
import { keepElementsOf, keepFieldsOf } from "./prune.js";
import { threeWayPatch, twoWayPatch } from "./strategic/diff.js";
import { StrategicMergeError } from "./strategic/error.js";
import { applyStrategicPatch } from "./strategic/merge.js";
import { hasReplacedFields } from "./strategic/replaced-fields.js";
import { roundTrip } from "./typed/canonical.js";
import { type GoStruct, goTypeOf } from "./typed/go-types.js";

export interface Predicted {
  readonly live: ValueObject;
  readonly predicted: ValueObject;
}

export interface ThreeWayOptions {
  /** The live object is in the form of its Go type, perhaps with fields taken out: decoding it again changes nothing. */
  readonly isLiveCanonical: boolean;
}

/**
 * The live object, and what an apply of `target` would make of it, given what was applied last; built-in kinds both with
 * the server's defaults. Undefined where the patch cannot be made.
 */
export function threeWay(
  original: KubernetesObject,
  target: KubernetesObject,
  live: KubernetesObject,
  { isLiveCanonical }: ThreeWayOptions,
): Predicted | undefined {
  const config = withoutNamespace(target);
  const before = original === target ? config : withoutNamespace(original);
  const current = asValue(live);
  const type = goTypeOf(original.apiVersion, original.kind);
  if (!type) {
    const patch = threeWayJsonPatch(before, config, keepFieldsOf(before, current));
    return { live: current, predicted: applyMergePatch(current, patch) };
  }
  try {
    const patch = threeWayPatch(before, config, withoutClaimDefaults(before, current, original), type);
    const predicted = applyStrategicPatch(current, patch, type);
    // What an apply leaves alone is what it was: nothing to be compared.
    const normalized = defaulted(current, type, isLiveCanonical);
    if (predicted === current) return { live: normalized, predicted: normalized };
    return { live: normalized, predicted: defaulted(predicted, type) };
  } catch (error) {
    if (!(error instanceof StrategicMergeError)) throw error;
    if (original !== target) return undefined;
    throw new InputError(`failed to construct strategic merge patch: ${error.message}`, { code: "COMPARE_PATCH", cause: error });
  }
}

/** The object with the server's defaults, added by a patch as Argo CD adds them, so that unknown fields stay. */
export function defaulted(object: ValueObject, type: GoStruct, isCanonical = false): ValueObject {
  const decoded = isCanonical ? object : roundTrip(object, type, { strict: false });
  if (!decoded) return object;
  const floats = asFloats(object) as ValueObject;
  const filled = withDefaults(decoded, type);
  const isReplacing = hasReplacedFields(type);
  if (filled === decoded && !isReplacing) return floats;
  // Without unknown fields and without a change in a list, the patch would give just this.
  if (!isReplacing && decoded === object && floats === object && sharesLists(object, filled)) return filled;
  const complete = roundTrip(object, type, { strict: false, complete: true });
  if (!complete) return floats;
  // What is one and the same is not walked through: a copy, where the walk itself finds something.
  const before = isReplacing ? (structuredClone(complete) as ValueObject) : complete;
  const patch = twoWayPatch(before, withDefaults(complete, type), type);
  return asFloats(applyStrategicPatch(floats, patch, type)) as ValueObject;
}

// A map that is new as a whole comes with the patch's directives in it (Kubernetes: `$retainKeys` stays).
function sharesLists(before: ValueObject, after: ValueObject): boolean {
  for (const key in after) {
    const [old, value] = [before[key], after[key]];
    if (old === value) continue;
    if (old === undefined) {
      if (isObject(value) && Object.keys(value).length > 0) return false;
      continue;
    }
    if (!isObject(old) || !isObject(value)) {
      if (Array.isArray(old) || Array.isArray(value)) return false;
    } else if (!sharesLists(old, value)) return false;
  }
  return true;
}

// The namespace is in the live object, yet need not be in git; annotations without entries are none.
function withoutNamespace(object: KubernetesObject): ValueObject {
  const value = asValue(object);
  if (!Object.hasOwn(value, "metadata")) return value;
  const { namespace: _, ...metadata } = objectAt(value, "metadata");
  const annotations: Value | undefined = metadata["annotations"];
  const isEmpty = annotations === null || (isObject(annotations) && Object.keys(annotations).length === 0);
  if (!isEmpty) return { ...value, metadata };
  const { annotations: __, ...kept } = metadata;
  return { ...value, metadata: kept };
}

// The server fills in volume claim templates in ways that cannot be reproduced: only what was applied counts there.
function withoutClaimDefaults(original: ValueObject, live: ValueObject, object: KubernetesObject): ValueObject {
  const { group } = splitApiVersion(object.apiVersion);
  if (object.kind !== "StatefulSet" || (group !== "apps" && group !== "extensions")) return live;
  const wanted = objectAt(original, "spec")["volumeClaimTemplates"];
  const spec = objectAt(live, "spec");
  const claims = spec["volumeClaimTemplates"];
  if (!Array.isArray(wanted) || !Array.isArray(claims)) return live;
  return { ...live, spec: { ...spec, volumeClaimTemplates: keepElementsOf(wanted, claims) } };
}
