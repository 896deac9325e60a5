import { InputError } from "../errors.js";
import { valuesEqual } from "../manifest/equal.js";
import type { KubernetesObject } from "../manifest/object.js";
import { asObject, asValue } from "../manifest/object.js";
import { FieldSet } from "../manifest/smd/field-set.js";
import { decodeManagedFields } from "../manifest/smd/managed-fields.js";
import { trackApply } from "../manifest/smd/updater.js";
import { isObject, objectAt, type ValueObject } from "../manifest/value.js";
import type { Comparison } from "./compare.js";
import { withoutLastApplied } from "./last-applied.js";
import type { CompareOptions } from "./options.js";
import { StrategicMergeError } from "./strategic/error.js";
import { defaulted } from "./three-way.js";
import { roundTrip } from "./typed/canonical.js";
import { goTypeOf } from "./typed/go-types.js";
import { checkTyped, requireAtom } from "./typed-value.js";

/** What a server-side apply of `target` would make of the live object, computed here by structured merge. */
export function structuredComparison(target: KubernetesObject, live: KubernetesObject, options: CompareOptions): Comparison {
  const atom = requireAtom(target, options.schemas);
  const [liveValue, targetValue] = [asValue(live), asValue(target)];
  checkTyped(liveValue, atom, "error building typed value from live resource");
  checkTyped(targetValue, atom, "error building typed value from config resource");
  const managed = decodeManagedFields(objectAt(liveValue, "metadata")["managedFields"]);
  if (!managed) throw new InputError("error decoding managed fields", { code: "COMPARE_TYPE" });
  const self = {
    manager: options.fieldManager,
    operation: "Apply",
    apiVersion: target.apiVersion,
    subresource: "",
    time: undefined,
  } as const;
  const { value } = trackApply(targetValue, { live: liveValue, atom, managed, self, reset: new FieldSet() });
  // Argo CD: without a change both documents are the live object as it came.
  if (!isObject(value) || valuesEqual(value, liveValue)) {
    return { modified: false, normalizedLive: liveValue, predictedLive: liveValue };
  }
  const predictedLive = withServerDefaults(value);
  const normalizedLive = withServerDefaults(liveValue);
  return { modified: !valuesEqual(normalizedLive, predictedLive), normalizedLive, predictedLive };
}

function withServerDefaults(value: ValueObject): ValueObject {
  const object = withoutLastApplied(asObject(value));
  const type = goTypeOf(object.apiVersion, object.kind);
  if (!type) return asValue(object);
  if (!roundTrip(asValue(object), type, { strict: false })) {
    throw new InputError(`the object does not fit its type ${object.apiVersion}, Kind=${object.kind}`, { code: "COMPARE_TYPE" });
  }
  try {
    return defaulted(asValue(object), type);
  } catch (error) {
    if (!(error instanceof StrategicMergeError)) throw error;
    throw new InputError(`error applying default values: ${error.message}`, { code: "COMPARE_PATCH", cause: error });
  }
}
