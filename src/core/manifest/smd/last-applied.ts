import { emitJson, parseJson } from "../../yaml/json.js";
import { isObject, objectAt, stringAt, type ValueObject } from "../value.js";
import type { Atom } from "./atom.js";
import { compareTyped } from "./compare.js";
import { FieldSet } from "./field-set.js";
import { toFieldSet } from "./to-field-set.js";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** API server: `kubectl apply --server-side` may take over what `kubectl apply` set before and nobody changed since. */
export function fieldsOfLastApplied(live: ValueObject, apiVersion: string, atom: Atom): FieldSet {
  const lastApplied = readLastApplied(live);
  if (!lastApplied || lastApplied["apiVersion"] !== apiVersion) return new FieldSet();
  const { modified, added, removed } = compareTyped(lastApplied, live, atom);
  return toFieldSet(lastApplied, atom).difference(modified).difference(added).difference(removed);
}

function readLastApplied(live: ValueObject): ValueObject | undefined {
  const text = stringAt(objectAt(objectAt(live, "metadata"), "annotations"), LAST_APPLIED);
  if (text === "") return undefined;
  try {
    const value = parseJson(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** API server: such an apply also brings the annotation up to date where there is one. */
export function withLastApplied(object: ValueObject, applied: ValueObject): ValueObject {
  const metadata = objectAt(object, "metadata");
  const annotations = objectAt(metadata, "annotations");
  if (!Object.hasOwn(annotations, LAST_APPLIED)) return object;
  const appliedMetadata = objectAt(applied, "metadata");
  const { [LAST_APPLIED]: _, ...rest } = objectAt(appliedMetadata, "annotations");
  const described = isObject(appliedMetadata["annotations"]) ? { ...appliedMetadata, annotations: rest } : appliedMetadata;
  const text = `${emitJson({ ...applied, metadata: described })}\n`;
  return { ...object, metadata: { ...metadata, annotations: { ...annotations, [LAST_APPLIED]: text } } };
}
