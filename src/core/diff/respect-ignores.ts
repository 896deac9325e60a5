import { InputError } from "../errors.js";
import { valuesEqual } from "../manifest/equal.js";
import type { KubernetesObject } from "../manifest/object.js";
import { asObject, asValue } from "../manifest/object.js";
import type { Value, ValueObject } from "../manifest/value.js";
import { isObject } from "../manifest/value.js";
import { applyMergePatch, mergePatchBetween } from "./json-merge.js";
import { type CompareOptions, normalizeIgnored } from "./options.js";
import { threeWayPatch } from "./strategic/diff.js";
import { StrategicMergeError } from "./strategic/error.js";
import { applyStrategicPatch } from "./strategic/merge.js";
import { withoutTrackingTraces } from "./tracking-traces.js";
import { takeOverTrusted } from "./trusted-managers.js";
import { goTypeOf } from "./typed/go-types.js";

/**
 * RespectIgnoreDifferences=true: the object that is really applied. Ignored fields take the live value; `status` is never
 * copied, since an apply would make the syncing manager its owner.
 */
export function appliedTarget(
  target: KubernetesObject,
  live: KubernetesObject | null,
  options: CompareOptions,
): KubernetesObject {
  if (!live) return target;
  const tracked = withoutTrackingTraces(target, live, options);
  const trusted = takeOverTrusted({ target, live: tracked }, options);
  const normalizedLive = asValue(normalizeIgnored(trusted.live ?? tracked, options));
  const normalizedTarget = asValue(normalizeIgnored(trusted.target ?? target, options));
  requireKind(normalizedLive);
  requireKind(normalizedTarget);
  const type = goTypeOf(target.apiVersion, target.kind);
  const full = withoutStatus(asValue(live));
  const reduced = withoutStatus(normalizedLive);
  const patched = type
    ? strategically(() => applyStrategicPatch(normalizedTarget, threeWayPatch(full, full, reduced, type), type))
    : applyMergePatch(normalizedTarget, mergePatchBetween(reduced, full));
  return asObject(restored(patched, { original: asValue(target), target: normalizedTarget, live: normalizedLive }));
}

function requireKind(object: ValueObject): void {
  if (object["kind"]) return;
  throw new InputError("Object 'Kind' is missing: ignoreDifferences leaves nothing to apply", { code: "COMPARE_IGNORES_ALL" });
}

function strategically<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof StrategicMergeError)) throw error;
    throw new InputError(`failed to construct merge patch: ${error.message}`, { code: "COMPARE_PATCH", cause: error });
  }
}

function withoutStatus(object: ValueObject): ValueObject {
  const { status: _, ...rest } = object;
  return rest;
}

/**
 * Undoes what a patch did beyond the ignored fields: a parent that is replaced as a whole brings its other fields along.
 * A field is not ignored where normalising left it as it was.
 */
function restored(
  patched: ValueObject,
  from: { readonly original: ValueObject; readonly target: ValueObject; readonly live: ValueObject | undefined },
): ValueObject {
  const result: { [key: string]: Value } = { ...patched };
  for (const key in from.original) {
    const original = from.original[key] as Value;
    const [value, target] = [result[key], from.target[key]];
    if (isObject(value) && isObject(original) && isObject(target)) {
      const live = from.live?.[key];
      result[key] = restored(value, { original, target, live: isObject(live) ? live : undefined });
    } else if (Object.hasOwn(from.target, key) && valuesEqual(target, original) && !valuesEqual(value, original)) {
      result[key] = original;
    }
  }
  for (const key in patched) {
    if (!Object.hasOwn(from.original, key) && from.live && Object.hasOwn(from.live, key)) delete result[key];
  }
  return result;
}
